/** A router with a modem on its bus, below a root of the test and gone after it: a real sysfs tree, real init scripts. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { systemClock } from '../../device/clock.ts';
import { systemProcesses } from '../../device/process-table.ts';
import { judgeAhead } from '../../device/router/judge-ahead.ts';
import { type Machine, type RunningProcess, systemMachine } from '../../device/router/machine.ts';
import { makeReady, type ReadyWish } from '../../device/router/make-ready.ts';
import type { GatherPorts } from '../../device/router/preflight/gather-facts.ts';
import { ec25, testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import { readUsbTree } from '../../device/transport/bus/usb-tree.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export type ModemRouterOptions = {
  readonly routeDevice: string;
  /** Init scripts, all enabled. */
  readonly services?: readonly string[];
  readonly processes?: readonly RunningProcess[];
};

export async function aModemRouter({ routeDevice, services = ['gsmd'], processes = [] }: ModemRouterOptions) {
  const root = await mkdtemp(join(tmpdir(), 'cistern-ready-'));
  const sysfs = await testSysfs({ devices: [ec25('1-1.4', { firstTty: 90 })] });
  ends.push(sysfs.remove, () => rm(root, { recursive: true, force: true }));
  await mkdir(join(sysfs.root, 'bus/usb/devices/1-1.4:1.4/net/wwan0'), { recursive: true });
  await mkdir(join(sysfs.root, 'class/net/eth0/device'), { recursive: true });
  const put = async (path: string, text: string) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o755 });
  };
  const script = `#!/bin/sh\n[ "$1" = enabled ] || echo "$1" >> "${root}/calls"\n`;
  for (const name of services) await put(`etc/init.d/${name}`, script);
  const machine: Machine = {
    ...systemMachine,
    isThere: (path) => systemMachine.isThere(join(root, path)),
    readText: (path) => systemMachine.readText(join(root, path)),
    run: ([program = '', ...args]) =>
      program === 'ip'
        ? Promise.resolve({
            code: 0,
            signalName: null,
            stdout: JSON.stringify([{ dev: routeDevice }]),
            stderr: '',
          })
        : systemMachine.run([join(root, program.startsWith('/') ? program : join('bin', program)), ...args]),
    processes: async () => processes,
  };
  const gathering: GatherPorts = {
    machine,
    sysfs: sysfs.root,
    proc: join(root, 'proc'),
    isBigEndian: false,
    ownPid: process.pid,
    lookup: async () => ['192.0.2.1'],
  };
  const notes: string[] = [];
  const servicePorts = {
    stateDir: join(root, 'state'),
    machine,
    processTable: systemProcesses,
    clock: systemClock,
    onNote: (note: string) => void notes.push(note),
  };
  const tree = await readUsbTree(sysfs.root, (usbId) => usbId === '2c7c:0125');
  const modem = tree.ok ? (tree.value[0] ?? null) : null;
  const wish: ReadyWish = {
    modemKey: 'usb-1',
    modem,
    repositoryUrl: 'https://firmware.example',
    packageOutlivesReboot: false,
    throughInterface: null,
    isBehindRelay: false,
    goesOnRegardless: false,
    accepted: [],
  };
  return {
    root,
    modem,
    put,
    /** This machine has no such tty: /proc as it would be, for a process that is none. */
    holdPort: async (program: string, cgroup?: string) => {
      await put('proc/4000001/cmdline', `${program}\0--daemon\0`);
      if (cgroup !== undefined) await put('proc/4000001/cgroup', `0::${cgroup}\n`);
      await mkdir(join(root, 'proc/4000001/fd'));
      await symlink('/dev/ttyUSB92', join(root, 'proc/4000001/fd/3'));
    },
    gathering,
    ahead: (changes: Partial<ReadyWish> = {}) => judgeAhead({ ...wish, ...changes }, gathering),
    ready: (changes: Partial<ReadyWish> = {}) => makeReady({ ...wish, ...changes }, gathering, servicePorts),
    calls: async () => (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1),
    notes,
  };
}
