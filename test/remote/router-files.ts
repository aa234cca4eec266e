/** What lies in the router of the tests: programs of busybox, init scripts of services, a relay, a power switch. */
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where its modem stands. */
export const SOCKET = '1-1.4';

export type Kind = 'rutos' | 'openwrt';

export const SERVICES: Readonly<Record<Kind, readonly string[]>> = {
  rutos: ['ledman', 'gsmd', 'modem_trackd'],
  openwrt: ['modemmanager'],
};
/** What a daemon is called, where its init script is called otherwise. */
export const DAEMONS: Readonly<Record<string, string>> = { modemmanager: 'ModemManager' };
const APPLETS_LEFT_OUT = ['stty', 'reboot', 'poweroff', 'halt'];

export async function put(root: string, path: string, text: string, mode = 0o755): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), text, { mode });
}

export async function layOutSystem(
  root: string,
  { ttyTool, sysfs }: { readonly ttyTool: string; readonly sysfs: string },
): Promise<void> {
  await chmod(root, 0o755);
  const directories = [
    'bin',
    'sbin',
    'usr/bin',
    'usr/sbin',
    'usr/lib',
    'lib',
    'lib64',
    'opt',
    'dev/pts',
    'proc',
  ];
  for (const directory of [...directories, 'sys', 'tmp', 'run/sshd', 'root', 'var/empty', 'etc', `.${sysfs}`])
    await mkdir(join(root, directory), { recursive: true });
  await copyFile('/usr/bin/busybox', join(root, 'bin/busybox'));
  await copyFile('/usr/sbin/sshd', join(root, 'opt/sshd'));
  await copyFile('/usr/bin/socat', join(root, 'opt/socat'));
  const applets = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of [...applets, 'ash', 'sh'].filter(
    (name, at, all) => all.indexOf(name) === at && name !== 'busybox' && !name.includes('/'),
  )) {
    if (APPLETS_LEFT_OUT.includes(applet) && applet !== ttyTool) continue;
    await symlink('/bin/busybox', join(root, 'bin', applet));
  }
  if (ttyTool === 'socat') await symlink('/opt/socat', join(root, 'bin/socat'));
  for (const node of ['null', 'zero', 'random', 'urandom', 'tty'])
    await writeFile(join(root, 'dev', node), '');
}

/** Asked to start where it runs already it does nothing, as procd does. */
export async function layOutServices(root: string, kind: Kind): Promise<void> {
  await mkdir(join(root, 'etc/init.d'), { recursive: true });
  if (kind === 'openwrt') await put(root, 'etc/openwrt_release', "DISTRIB_ID='OpenWrt'\n", 0o644);
  if (kind === 'rutos') {
    await put(root, 'etc/board.json', JSON.stringify({ modems: [{ id: SOCKET, num: 2 }] }), 0o644);
    await put(root, 'usr/sbin/mctl', '#!/bin/sh\necho "mctl $*" >>/calls\n');
  }
  for (const name of SERVICES[kind]) {
    const daemon = DAEMONS[name] ?? name;
    await put(root, `usr/sbin/${daemon}`, '#!/bin/sh\nwhile sleep 1; do :; done\n');
    await put(
      root,
      `etc/init.d/${name}`,
      `#!/bin/sh
[ "$1" = enabled ] || echo "$1 ${name}" >>/calls
case "$1" in
  start)
    [ -f /run/${name} ] && kill -0 "$(cat /run/${name})" 2>/dev/null && exit 0
    setsid /usr/sbin/${daemon} </dev/null >/dev/null 2>&1 &
    echo $! >/run/${name} ;;
  stop) [ ! -f /run/${name} ] || { kill "$(cat /run/${name})"; rm /run/${name}; } ;;
esac
`,
    );
  }
}

/** A relay as QFirehose's `-p` is one: one client at a time, and gone when the modem is. */
export function relayScript(usb2tcpPort: number): string {
  return `#!/bin/sh
echo "quectel_flash $*" >>/calls
[ "$1" = qfirehose ] && [ "$2" = -p ] || exit 1
[ -d "$5" ] || { echo "no device $5"; exit 1; }
exec /opt/socat TCP-LISTEN:"$3",bind=127.0.0.1,reuseaddr TCP:127.0.0.1:${usb2tcpPort}
`;
}
