/**
 * A router that can be reached by a real ssh: OpenSSH's server, or dropbear, as a process of its own on a loopback port, with its
 * own host key and authorized_keys, in a root of its own (mount and process namespaces, chroot) whose programs are
 * busybox and whose /sys shows the simulated modem. RutOS-like: gsmd and others, quectel_flash with a relay, mctl.
 * OpenWrt-like: ModemManager as an init script, no relay, so that the ttys are used. Needs root and namespaces.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import type { SimulatedModem } from '../modem/modem.ts';
import { openTcpDoors } from '../modem/tcp-doors.ts';
import { freePort } from '../support/free-port.ts';
import { openRawUsb } from './raw-usb.ts';
import { plugAlong } from './router-bus.ts';
import {
  DAEMONS,
  type Kind,
  layOutServices,
  layOutSystem,
  put,
  relayScript,
  SERVICES,
} from './router-files.ts';
import { layOutSsh, mountScript, ROUTER, SERVER_PROCESS, type Server, sessionPids } from './router-login.ts';

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
  /** What its power switch holds. */
  readonly powerSwitch: () => Promise<string>;
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

export type SshRouterOptions = {
  readonly kind: Kind;
  /** Default: OpenSSH's. */
  readonly server?: Server;
  /** A GPIO in /sys that cuts the modem's power; what that does to the modem is the test's. */
  readonly hasPowerSwitch?: boolean;
  /** Which program can open a tty raw. */
  readonly ttyTool?: 'stty' | 'socat';
  /** Default: as the kind has it. */
  readonly hasRelay?: boolean;
  readonly hasQcserial?: boolean;
};

export async function sshRouter(
  modem: SimulatedModem,
  {
    kind,
    server = 'openssh',
    ttyTool = 'stty',
    hasRelay = kind === 'rutos',
    hasQcserial = true,
    hasPowerSwitch = false,
  }: SshRouterOptions,
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
  if (hasPowerSwitch) await put(sysfs.root, 'class/gpio/lte_power/value', '1', 0o644);
  await layOutServices(root, kind);
  if (hasRelay) await put(root, 'usr/bin/quectel_flash', relayScript(doors.usb2tcpPort));
  const keys = await layOutSsh(root, sshPort, server);

  const bus = await plugAlong(modem, {
    root,
    sysfs,
    atPort: doors.atPort,
    rawPort: hasRelay ? null : raw.port,
  });
  const namespace = spawn(
    'unshare',
    ['-m', '-p', '-f', '--kill-child=SIGKILL', 'sh', '-c', mountScript(root, sysfs.root, server)],
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
          !SERVER_PROCESS.test(line) &&
          !/^ash -c|^tr |^sleep 1$/.test(line) &&
          !daemons.some((name) => line.includes(`/sbin/${name}`)),
      ),
    powerSwitch: () => readFile(join(sysfs.root, 'class/gpio/lte_power/value'), 'utf8'),
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
