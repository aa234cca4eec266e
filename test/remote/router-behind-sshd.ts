/**
 * A router that can be reached by a real ssh: OpenSSH's server as a process of its own on a loopback port, with its
 * own host key and authorized_keys, in a root of its own (mount and process namespaces, chroot) whose programs are
 * busybox and whose /sys shows the simulated modem. RutOS-like: gsmd and others, quectel_flash with a relay, mctl.
 * OpenWrt-like: ModemManager as an init script, no relay, so that the ttys are used. Needs root and namespaces.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ec25, inEdl as edl, testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import type { SimulatedModem } from '../modem/modem.ts';
import { openTcpDoors } from '../modem/tcp-doors.ts';
import { freePort } from '../support/free-port.ts';
import { openRawUsb } from './raw-usb.ts';

export const SOCKET = '1-1.4';
export const ROUTER = 'router';

export type Kind = 'rutos' | 'openwrt';

export type SshRouter = {
  /** For CISTERN_SSH_CONFIG. */
  readonly sshConfig: string;
  readonly knownHosts: string;
  /** A line of known_hosts that names another key for it. */
  readonly otherKnownHost: string;
  readonly authorizedKeys: string;
  /** What init scripts, relay and mctl were told, in order. */
  readonly calls: () => Promise<readonly string[]>;
  readonly forgetCalls: () => Promise<void>;
  /** Names of the services that run. */
  readonly running: () => Promise<readonly string[]>;
  /** What lies in the router's /tmp. */
  readonly leftBehind: () => Promise<readonly string[]>;
  /** Processes in the router that are neither sshd nor a service. */
  readonly strangers: () => Promise<readonly string[]>;
  /** Breaks every connection there is, as a reboot of a switch in between does. */
  readonly cutConnections: () => void;
  readonly end: () => Promise<void>;
};

const PROBE = 'mount -t tmpfs none /mnt && mount -t proc none /proc && chroot / true';
const NEEDED = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/busybox', '/usr/bin/socat'];

/** Null where such a router can be made; else what is missing. */
export function whyNoRouter(): string | null {
  if (process.getuid?.() !== 0) return 'it needs root';
  const missing = NEEDED.filter((path) => spawnSync('test', ['-x', path]).status !== 0);
  if (missing.length > 0) return `${missing.join(', ')} missing (test/prepare installs them)`;
  const may = spawnSync('unshare', ['-m', '-p', '-f', 'sh', '-c', PROBE]).status === 0;
  return may ? null : 'it needs mount and process namespaces';
}

const SERVICES: Readonly<Record<Kind, readonly string[]>> = {
  rutos: ['ledman', 'gsmd', 'modem_trackd'],
  openwrt: ['modemmanager'],
};
/** What a daemon is called, where its init script is called otherwise. */
const DAEMONS: Readonly<Record<string, string>> = { modemmanager: 'ModemManager' };
const APPLETS_LEFT_OUT = ['stty', 'reboot', 'poweroff', 'halt'];

export type SshRouterOptions = {
  readonly kind: Kind;
  /** Which program can open a tty raw. */
  readonly ttyTool?: 'stty' | 'socat';
  /** Default: as the kind has it. */
  readonly hasRelay?: boolean;
  readonly hasQcserial?: boolean;
  readonly onPower?: () => void;
};

export async function sshRouter(
  modem: SimulatedModem,
  { kind, ttyTool = 'stty', hasRelay = kind === 'rutos', hasQcserial = true }: SshRouterOptions,
): Promise<SshRouter> {
  const root = await mkdtemp(join(tmpdir(), 'cistern-sshd-'));
  const [sshPort, doors, raw, sysfs] = await Promise.all([
    freePort(),
    openTcpDoors(modem, { usb2tcp: 0, at: 0 }),
    openRawUsb(modem),
    testSysfs(),
  ]);
  await layOutSystem(root, { ttyTool, sysfs: sysfs.root });
  if (hasQcserial) await mkdir(join(sysfs.root, 'bus/usb/drivers/qcserial'), { recursive: true });
  await layOutServices(root, kind);
  if (hasRelay) await put(root, 'usr/bin/quectel_flash', relayScript(doors.usb2tcpPort));
  const keys = await layOutSsh(root, sshPort);

  const bus = await plugAlong(modem, {
    root,
    sysfs,
    atPort: doors.atPort,
    rawPort: hasRelay ? null : raw.port,
  });
  const namespace = spawn(
    'unshare',
    ['-m', '-p', '-f', '--kill-child=SIGKILL', 'sh', '-c', mountScript(root, sysfs.root)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let isOver = false;
  let complaint = '';
  namespace.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  await listening(sshPort, () => `sshd did not start: ${complaint}`);
  for (const name of SERVICES[kind])
    execFileSync('ssh', ['-F', keys.sshConfig, ROUTER, `/etc/init.d/${name} start`]);
  await rm(join(root, 'calls'), { force: true });

  const inside = (script: string) =>
    spawnSync('ssh', ['-F', keys.sshConfig, ROUTER, script], { encoding: 'utf8' }).stdout;
  const processes = () =>
    inside(`for p in /proc/[0-9]*; do tr '\\000\\n' '  ' <$p/cmdline; echo; done 2>/dev/null`)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const daemons = SERVICES[kind].map((name) => DAEMONS[name] ?? name);
  return {
    ...keys,
    calls: async () => (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1),
    forgetCalls: () => rm(join(root, 'calls'), { force: true }),
    running: async () => daemons.filter((name) => processes().some((line) => line.includes(`/sbin/${name}`))),
    leftBehind: async () =>
      (await readdir(join(root, 'tmp'))).filter((name) => name !== basename(sysfs.root)),
    strangers: async () =>
      processes().filter(
        (line) =>
          !/^sshd|^\/opt\/sshd|^ash -c|^tr |^sleep 1$/.test(line) &&
          !daemons.some((name) => line.includes(`/sbin/${name}`)),
      ),
    cutConnections: () => {
      // The processes of sessions are children of the one that listens; it stays.
      for (const pid of sessionPids(namespace.pid ?? 0)) process.kill(pid, 'SIGKILL');
    },
    end: async () => {
      if (isOver) return;
      isOver = true;
      bus.end();
      const gone = once(namespace, 'exit');
      namespace.kill('SIGKILL');
      await gone;
      await Promise.all([doors.close(), raw.close(), sysfs.remove()]);
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function put(root: string, path: string, text: string, mode = 0o755): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), text, { mode });
}

async function layOutSystem(
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
async function layOutServices(root: string, kind: Kind): Promise<void> {
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
function relayScript(usb2tcpPort: number): string {
  return `#!/bin/sh
echo "quectel_flash $*" >>/calls
[ "$1" = qfirehose ] && [ "$2" = -p ] || exit 1
[ -d "$5" ] || { echo "no device $5"; exit 1; }
exec /opt/socat TCP-LISTEN:"$3",bind=127.0.0.1,reuseaddr TCP:127.0.0.1:${usb2tcpPort}
`;
}

async function layOutSsh(root: string, port: number) {
  const keys = join(root, 'keys');
  await mkdir(keys);
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(keys, name)]);
  await copyFile(join(keys, 'host'), join(root, 'opt/host_key'));
  await chmod(join(root, 'opt/host_key'), 0o600);
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

function mountScript(root: string, sysfs: string): string {
  return `set -e
mount --make-rprivate /
for n in null zero random urandom tty; do mount --bind "/dev/$n" "${root}/dev/$n"; done
mount --rbind /dev/pts "${root}/dev/pts"
for d in lib lib64 usr/lib; do [ ! -d "/$d" ] || mount --bind -o ro "/$d" "${root}/$d"; done
mount --bind "${sysfs}" "${root}/sys"
mount --bind "${sysfs}" "${root}${sysfs}"
mount -t proc none "${root}/proc"
exec chroot "${root}" /opt/sshd -D -e -f /opt/sshd_config -p "$(cat "${root}/opt/port")"`;
}

async function listening(port: number, complaint: () => string): Promise<void> {
  for (let looks = 0; looks < 200; looks++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => resolve(false));
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
    if (isUp) return;
    await sleep(50);
  }
  throw new Error(complaint());
}

/** Children of the sshd that listens: unshare, then sshd, then one for each connection. */
function sessionPids(unsharePid: number): readonly number[] {
  const childrenOf = (pid: number) =>
    (spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout ?? '')
      .split('\n')
      .map(Number)
      .filter((child) => child > 0);
  return childrenOf(unsharePid)
    .flatMap((sshd) => childrenOf(sshd))
    .filter((pid) => isSshd(pid));
}

function isSshd(pid: number): boolean {
  return (spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '').startsWith(
    'sshd',
  );
}

/** The bus and the ttys of the router follow the modem's states. */
async function plugAlong(
  modem: SimulatedModem,
  {
    root,
    sysfs,
    atPort,
    rawPort,
  }: {
    readonly root: string;
    readonly sysfs: Awaited<ReturnType<typeof testSysfs>>;
    readonly atPort: number;
    /** Null where a relay holds the bulk pair: only one can. */
    readonly rawPort: number | null;
  },
) {
  let ttys: ChildProcess[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let isOver = false;
  const tty = (name: string, port: number) => {
    const args = [`PTY,link=${join(root, 'dev', name)},rawer,ignoreeof`, `TCP:127.0.0.1:${port}`];
    ttys.push(spawn('socat', args, { stdio: 'ignore' }));
  };
  const follow = async () => {
    if (isOver) return;
    await sysfs.unplug(SOCKET);
    for (const child of ttys) child.kill('SIGTERM');
    ttys = [];
    const state = modem.state();
    if (state === 'normal') {
      await sysfs.plug(ec25(SOCKET));
      if (rawPort !== null) tty('ttyUSB0', rawPort);
      tty('ttyUSB2', atPort);
    } else if (state === 'edl-sahara' || state === 'edl-firehose') {
      await sysfs.plug(edl(SOCKET));
      if (rawPort !== null) tty('ttyUSB0', rawPort);
    }
  };
  let last = '';
  const kindOf = () => (modem.state().startsWith('edl') ? 'edl' : modem.state());
  const look = () => {
    // The programmer starts on the same visit to the bus.
    if (kindOf() === last) return;
    last = kindOf();
    turn = turn.then(follow);
  };
  modem.onStateChange(look);
  look();
  await turn;
  return {
    end: () => {
      isOver = true;
      for (const child of ttys) child.kill('SIGTERM');
    },
  };
}
