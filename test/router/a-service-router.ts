/**
 * A router below a root directory of the test, gone after it: init scripts of services that are real processes, and
 * programs of the test's own.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Clock, systemClock } from '../../device/clock.ts';
import { type ProcessTable, systemProcesses } from '../../device/process-table.ts';
import { holdCommand } from '../../device/router/hold-command.ts';
import { type Machine, systemMachine } from '../../device/router/machine.ts';
import type { ServiceProfile } from '../../device/router/services/service-profile.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What waits ten seconds for a service that does not stop waits two here. */
const HURRY = 5;
const hurried: Clock = {
  nowMs: () => performance.now() * HURRY,
  elapsedMs: () => performance.now() * HURRY,
  sleep: (delayMs, signal) => systemClock.sleep(delayMs / HURRY, signal),
};

export type FakeService = {
  readonly runs?: boolean;
  readonly isEnabled?: boolean;
  readonly stopFails?: boolean;
  readonly startFails?: boolean;
};

export async function aServiceRouter(
  services: Readonly<Record<string, FakeService>>,
  files: Readonly<Record<string, string>> = {},
) {
  const root = await mkdtemp(join(tmpdir(), 'cistern-router-'));
  ends.push(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'etc/init.d'), { recursive: true });
  await mkdir(join(root, 'run'));
  const put = async (path: string, text: string) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o755 });
  };
  for (const [path, text] of Object.entries(files)) await put(path, text);
  // Names of this test's own processes, so that nothing of the machine is taken for them.
  const suffix = root.slice(-6);
  for (const [
    name,
    { runs = true, isEnabled = runs, stopFails = false, startFails = false },
  ] of Object.entries(services)) {
    const daemon = join(root, 'usr/sbin', `${name}-${suffix}`);
    await put(`usr/sbin/${name}-${suffix}`, 'while :; do sleep 0.1; done\n');
    await put(
      `etc/init.d/${name}`,
      `#!/bin/sh
echo "$1 ${name}" >> "${root}/calls"
case "$1" in
  start) ${startFails ? 'echo "cannot fork" >&2; exit 1' : ':'}
    sh "${daemon}" </dev/null >/dev/null 2>&1 & echo $! > "${root}/run/${name}" ;;
  stop) ${stopFails ? 'echo "no such thing" >&2; exit 1' : ':'}
    [ -f "${root}/run/${name}" ] && kill "$(cat "${root}/run/${name}")" && rm "${root}/run/${name}" ;;
  enabled) exit ${isEnabled ? 0 : 1} ;;
esac
`,
    );
    if (runs)
      execFileSync('sh', [
        '-c',
        `sh "${daemon}" </dev/null >/dev/null 2>&1 & echo $! > "${root}/run/${name}"`,
      ]);
  }
  ends.push(async () => {
    for (const file of await readdir(join(root, 'run')))
      try {
        process.kill(Number(await readFile(join(root, 'run', file), 'utf8')), 'SIGKILL');
      } catch {}
  });
  const inRoot = ([program = '', ...args]: readonly string[]) => [
    join(root, program.startsWith('/') ? program : join('bin', program)),
    ...args,
  ];
  const machine: Machine = {
    ...systemMachine,
    isThere: (path) => systemMachine.isThere(join(root, path)),
    run: (command) => systemMachine.run(inRoot(command)),
    hold: (command, says) => holdCommand(inRoot(command), says),
  };
  const notes: string[] = [];
  const stateDir = join(root, 'state');
  const portsOf = (ownPid: number, seen: Partial<ProcessTable> = {}) => ({
    stateDir,
    machine,
    processTable: { ...systemProcesses, ownPid, ...seen },
    clock: hurried,
    onNote: (note: string) => void notes.push(note),
  });
  const runningNames = async () => {
    const names = (await machine.processes()).flatMap((process) => process.names);
    return Object.keys(services)
      .filter((name) => names.includes(`${name}-${suffix}`))
      .sort();
  };
  const calls = async () => {
    const text = await readFile(join(root, 'calls'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => /^(start|stop) /.test(line));
  };
  const suffixed = (profile: ServiceProfile | null): ServiceProfile | null =>
    profile === null
      ? null
      : {
          ...profile,
          services: profile.services.map((service) => ({
            ...service,
            running: { ...service.running, processes: [`${service.name}-${suffix}`] },
          })),
        };
  const records = () => readdir(join(stateDir, 'services')).catch(() => []);
  return { root, machine, portsOf, notes, runningNames, calls, suffixed, records };
}
