/** An update in this process: the real updater, the real repository, and a simulated modem at an in-process door. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../device/clock.ts';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { systemProcesses } from '../../device/process-table.ts';
import { loadDeviceIdentity } from '../../device/report/device-key.ts';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import type { UpdateEvents, UpdateOptions, UpdatePorts, UpdateResult } from '../../device/update/attempt.ts';
import { update } from '../../device/update/update.ts';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import { bareSurroundings } from './bare-machine.ts';
import { inProcessDoor } from './in-process-door.ts';
import { must } from './local-release.ts';
import type { SharedRepository } from './shared-repository.ts';
import { SHORT_TIMINGS } from './short-timings.ts';

export type Scenario = {
  readonly modem: SimulatedModem;
  readonly ports: UpdatePorts;
  /** Steps that the journal entered, in order. */
  readonly steps: readonly UpdateStep[];
  readonly notes: readonly string[];
  /** States the modem went through after the start. */
  readonly modemStates: readonly string[];
  readonly run: (options?: Partial<UpdateOptions>, signal?: AbortSignal) => Promise<UpdateResult>;
  readonly end: () => Promise<void>;
};

export type ScenarioOptions = {
  readonly modem?: Partial<SimulatedModemOptions>;
  readonly ports?: Partial<UpdatePorts>;
  /** Called as each step is entered, before it is carried out. */
  readonly onStep?: (step: UpdateStep, scenario: Scenario) => unknown;
};

/** Stages on a directory of the run's own unless the options say otherwise. */
export async function makeScenario(
  repository: SharedRepository,
  options: ScenarioOptions = {},
): Promise<Scenario> {
  const stateDir = await mkdtemp(join(repository.directory, 'router-'));
  const stageDirectory = await mkdtemp(join(repository.directory, 'disk-'));
  const modem = new SimulatedModem({
    firmware: DEMO_OLD_VERSION,
    timing: { rebootMs: 0, departureMs: 1 },
    ...options.modem,
  });
  const steps: UpdateStep[] = [];
  const notes: string[] = [];
  const modemStates: string[] = [];
  const stopWatching = modem.onStateChange((state) => modemStates.push(state));
  const events: UpdateEvents = {
    onStep: (step) => {
      steps.push(step);
      options.onStep?.(step, scenario);
    },
    onNote: (note) => void notes.push(note),
    onPlan: () => {},
    onFetch: () => {},
    onFlash: () => {},
  };
  const http = undiciHttp({ userAgent: 'cistern-test' });
  const door = inProcessDoor(modem);
  const onNote = (note: string) => void notes.push(note);
  const ports: UpdatePorts = {
    door,
    surroundings: bareSurroundings(door, { stateDir, repositoryUrl: repository.url, onNote }),
    http,
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    // Of its own: tests that run beside it have stages in memory too.
    stagePlatform: {
      ...nodePlatform,
      memoryPlaces: { ...nodePlatform.memoryPlaces, own: join(stateDir, 'memory') },
    },
    processes: systemProcesses,
    timings: SHORT_TIMINGS,
    identity: must(await loadDeviceIdentity(stateDir)),
    stateDir,
    repositoryUrl: repository.url,
    download: { mirrors: [], limits: {}, keepCopyIn: null },
    pinnedRoot: await readFile(repository.rootFile, 'utf8'),
    events,
    ...options.ports,
  };
  const scenario: Scenario = {
    modem,
    ports,
    steps,
    notes,
    modemStates,
    run: (run, signal = new AbortController().signal) =>
      update(
        {
          channel: 'stable',
          stage: stageDirectory,
          ask: null,
          accepted: [],
          restoreSettings: false,
          metered: 'ask',
          askCost: null,
          window: null,
          ...run,
        },
        ports,
        signal,
      ),
    end: async () => {
      stopWatching();
      modem.close();
      await http.close();
    },
  };
  return scenario;
}

/** What came of an attempt, short enough to compare in a test. */
export function endOf(result: UpdateResult): string {
  if (result.kind === 'refused') return `refused: ${result.failure.reason}`;
  if (result.kind === 'up-to-date') return 'up-to-date';
  const { outcome, reason } = result.verdict;
  return reason === null ? outcome : `${outcome}: ${reason}`;
}
