/** How the router of the tests is logged in to: keys, the server that listens, and the namespaces it lives in. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { put } from './router-files.ts';

/** Its name in the ssh configuration. */
export const ROUTER = 'router';

/** What routers of OpenWrt have is dropbear. */
export type Server = 'openssh' | 'dropbear';

export async function layOutSsh(root: string, port: number, server: Server) {
  const keys = join(root, 'keys');
  await mkdir(keys);
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(keys, name)]);
  await copyFile(join(keys, 'host'), join(root, 'opt/host_key'));
  await chmod(join(root, 'opt/host_key'), 0o600);
  if (server === 'dropbear') {
    await copyFile('/usr/sbin/dropbear', join(root, 'opt/dropbear'));
    const [from, to] = [join(keys, 'host'), join(root, 'opt/dropbear_key')];
    execFileSync('dropbearconvert', ['openssh', 'dropbear', from, to], { stdio: 'ignore' });
    await put(root, 'etc/shells', '/bin/ash\n', 0o644);
  }
  await put(root, 'root/.ssh/authorized_keys', await readFile(join(keys, 'user.pub'), 'utf8'), 0o600);
  await put(
    root,
    'etc/passwd',
    'root:x:0:0:root:/root:/bin/ash\nsshd:x:22:22::/var/empty:/bin/false\n',
    0o644,
  );
  await put(root, 'etc/group', 'root:x:0:\nsshd:x:22:\n', 0o644);
  await put(
    root,
    'opt/sshd_config',
    [
      'HostKey /opt/host_key',
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'PidFile none',
      'UsePAM no',
      'PasswordAuthentication no',
      '',
    ].join('\n'),
    0o644,
  );
  const knownHosts = join(keys, 'known_hosts');
  const hostKey = (await readFile(join(keys, 'host.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  const sshConfig = join(keys, 'config');
  const lines = [
    `Host ${ROUTER}`,
    ...['  HostName 127.0.0.1', `  Port ${port}`, '  User root', '  IdentitiesOnly yes'],
    ...[`  IdentityFile ${join(keys, 'user')}`, `  UserKnownHostsFile ${knownHosts}`],
  ];
  await writeFile(sshConfig, `${lines.join('\n')}\n`);
  await put(root, 'opt/port', String(port), 0o644);
  const otherKey = (await readFile(join(keys, 'user.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
  return {
    sshConfig,
    knownHosts,
    otherKnownHost: `[127.0.0.1]:${port} ${otherKey}\n`,
    authorizedKeys: join(root, 'root/.ssh/authorized_keys'),
  };
}

const SERVERS: Readonly<Record<Server, string>> = {
  openssh: '/opt/sshd -D -e -f /opt/sshd_config -p',
  dropbear: '/opt/dropbear -F -E -s -r /opt/dropbear_key -P /run/dropbear.pid -p',
};

/** How their processes begin. */
export const SERVER_PROCESS = /^sshd|^\/opt\/(?:sshd|dropbear)/;

export function mountScript(root: string, sysfs: string, server: Server): string {
  return `set -e
mount --make-rprivate /
for n in null zero random urandom tty; do mount --bind "/dev/$n" "${root}/dev/$n"; done
mount --rbind /dev/pts "${root}/dev/pts"
for d in lib lib64 usr/lib; do [ ! -d "/$d" ] || mount --bind -o ro "/$d" "${root}/$d"; done
mount --bind "${sysfs}" "${root}/sys"
mount --bind "${sysfs}" "${root}${sysfs}"
mount -t proc none "${root}/proc"
exec chroot "${root}" ${SERVERS[server]} "$(cat "${root}/opt/port")"`;
}

/** Children of the server that listens: unshare, then the server, then one for each connection. */
export function sessionPids(unsharePid: number): readonly number[] {
  const childrenOf = (pid: number) =>
    (spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout ?? '')
      .split('\n')
      .map(Number)
      .filter((child) => child > 0);
  return childrenOf(unsharePid)
    .flatMap((server) => childrenOf(server))
    .filter((pid) => isServer(pid));
}

function isServer(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return SERVER_PROCESS.test(stdout ?? '');
}
