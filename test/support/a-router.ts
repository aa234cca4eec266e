/**
 * A router below a directory, as RutOS lays one out: init scripts with a daemon each, a real process, and a power
 * switch for the modem's socket. The modem behind it may be any door, which then seems to stand on this bus.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Machine, type RunningProcess, systemMachine } from '../../device/router/machine.ts';
import type { OnBus } from '../../device/transport/door.ts';

export const SOCKET = '1-1.4';

/** The socket of the router; what stands in it shows no interfaces there, so that no port of this machine is meant. */
export const ON_BUS: OnBus = { paths: [SOCKET], look: async () => null };

export type Router = {
  readonly root: string;
  readonly machine: Machine;
  /** `stop gsmd`, `start gsmd`, `power` …, in their order. */
  readonly calls: () => Promise<readonly string[]>;
  /** Names of the services that run. */
  readonly running: () => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
};

export type RouterOptions = {
  /** Default: the two that would touch a modem that is being flashed. */
  readonly services?: readonly string[];
  /** Whether it can cut the modem's power; what that does to the modem is the test's. */
  readonly onPower?: () => void;
};

export async function aRouter({
  services = ['modem_trackd', 'gsmd'],
  onPower,
}: RouterOptions = {}): Promise<Router> {
  const root = await mkdtemp(join(tmpdir(), 'cistern-router-'));
  for (const directory of ['etc/init.d', 'run', 'bin'])
    await mkdir(join(root, directory), { recursive: true });
  for (const name of services) {
    const script = join(root, 'etc/init.d', name);
    await writeFile(script, initScript(root, name), { mode: 0o755 });
    execFileSync(script, ['start']);
  }
  if (onPower !== undefined) {
    const modems = [{ id: SOCKET, num: 2 }];
    await writeFile(join(root, 'etc/board.json'), JSON.stringify({ modems }));
    await writeFile(join(root, 'bin/mctl'), `#!/bin/sh\necho "power $*" >> "${root}/calls"\n`, {
      mode: 0o755,
    });
  }
  await rm(join(root, 'calls'), { force: true });
  const below = machineBelow(root);
  const machine: Machine = {
    ...below,
    run: async (command) => {
      const end = await below.run(command);
      if (command.includes('mctl') && end.code === 0) onPower?.();
      return end;
    },
  };
  return {
    root,
    machine,
    calls: async () => (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1),
    running: async () => (await machine.processes()).flatMap(({ names }) => names).sort(),
    end: async () => {
      for (const { pid } of await machine.processes()) process.kill(pid, 'SIGKILL');
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Files, programs and processes of a router below that directory. */
export function machineBelow(root: string): Machine {
  return {
    isThere: (path) => systemMachine.isThere(join(root, path)),
    readText: (path) =>
      systemMachine.readText(path.startsWith('/proc/sys/kernel/random/') ? path : join(root, path)),
    run: ([program = '', ...args]) =>
      program === 'sh'
        ? systemMachine.run(shellBelow(root, args))
        : systemMachine.run([join(root, program.startsWith('/') ? program : join('bin', program)), ...args]),
    processes: async () => {
      const names = await readdir(join(root, 'run')).catch(() => []);
      const found = await Promise.all(names.map((name) => readProcess(join(root, 'run', name), name)));
      return found.filter((running) => running !== null);
    },
  };
}

/** A script whose programs are the router's first, and whose files of sysfs are all the router's. */
export function shellBelow(root: string, args: readonly string[]): readonly string[] {
  const below = args.map((arg) => (arg.startsWith('/sys/') ? join(root, arg) : arg));
  return ['env', `PATH=${join(root, 'bin')}:${process.env.PATH}`, 'sh', ...below];
}

async function readProcess(pidFile: string, name: string): Promise<RunningProcess | null> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // A killed one waits as a zombie for whoever started it.
  return pid === 0 || status === '' || /\) Z /.test(status) ? null : { pid, names: [name] };
}

/** Asked to start where it runs already it does nothing, as procd does. */
function initScript(root: string, name: string): string {
  const pidFile = join(root, 'run', name);
  return `#!/bin/sh
[ "$1" = enabled ] || echo "$1 ${name}" >> "${root}/calls"
case "$1" in
  start)
    [ -f "${pidFile}" ] && kill -0 "$(cat "${pidFile}")" 2>/dev/null && exit 0
    # In a session of its own, as procd's are: it does not die with who started it.
    setsid sleep 7200 </dev/null >/dev/null 2>&1 &
    echo $! > "${pidFile}" ;;
  stop) [ ! -f "${pidFile}" ] || { kill "$(cat "${pidFile}")"; rm "${pidFile}"; } ;;
esac
`;
}
