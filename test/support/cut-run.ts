/**
 * One update whose modem loses power, or its cable, at one transfer, run again as cron would until nothing is unfinished,
 * and what became of the modem. The only two ends that are allowed: new firmware confirmed, or old firmware untouched.
 */
import type { UpdateStep } from '../../shared/telemetry.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { FaultDeclaration } from '../modem/faults.ts';
import type { SimulatedModem } from '../modem/modem.ts';
import { flashFingerprint } from './flash-fingerprint.ts';
import { endOf, makeScenario } from './scenario.ts';
import type { SharedRepository } from './shared-repository.ts';

/** A modem and its updater, begun anew for each cut. */
export type CutSubject = {
  readonly oldVersion: string;
  readonly newVersion: string;
  readonly begin: (options: {
    readonly faults: readonly FaultDeclaration[];
    readonly onStep: (step: UpdateStep) => void;
  }) => Promise<{
    readonly modem: SimulatedModem;
    /** The updater, once more; what came of it. */
    readonly run: () => Promise<string>;
    readonly end: () => Promise<void>;
  }>;
};

export type CutRun = {
  readonly atTransfer: number;
  /** Ends of the runs, the last one final. */
  readonly ends: readonly string[];
  /** Step that the journal had entered last when the power went; `before` when none had. */
  readonly lastStep: string;
  readonly verdict: 'confirmed' | 'untouched' | 'LOST';
};

const RUNS_MAX = 3;
const BOOT_MAX_MS = 10_000;

/** An EC25 that is updated from a repository. */
export function updatesFrom(repository: SharedRepository): CutSubject {
  return {
    oldVersion: DEMO_OLD_VERSION,
    newVersion: DEMO_NEW_VERSION,
    begin: async ({ faults, onStep }) => {
      const { modem, run, end } = await makeScenario(repository, { modem: { faults }, onStep });
      return { modem, run: async () => endOf(await run()), end };
    },
  };
}

/** Transfers of one undisturbed update. */
export async function transfersOfAnUpdate(subject: CutSubject): Promise<number> {
  const { modem, run, end } = await subject.begin({ faults: [], onStep: () => {} });
  const result = await run();
  const { transferCount } = modem;
  await end();
  if (result !== 'updated') throw new Error(`an undisturbed update ended with ${result}`);
  return transferCount;
}

/** `count` transfers, spread evenly over all of them; the first and the last are among them. */
export function spreadOver(total: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => 1 + Math.floor(((total - 1) * i) / (count - 1)));
}

export async function cutRun(
  subject: CutSubject,
  atTransfer: number,
  kind: 'cut-power' | 'disconnect' = 'cut-power',
): Promise<CutRun> {
  let lastStep = 'before';
  let isCut = false;
  const { modem, run, end } = await subject.begin({
    faults: [{ kind, atTransfer }],
    onStep: (step) => {
      isCut ||= modem.transferCount >= atTransfer;
      if (!isCut) lastStep = step;
    },
  });
  const before = { flash: flashFingerprint(modem), calibration: modem.calibrationDigest() };
  const ends: string[] = [];
  while (ends.length < RUNS_MAX) {
    ends.push(await run());
    if (!ends.at(-1)?.startsWith('unfinished')) break;
  }
  // A run that was refused ends sooner than the modem boots whose power was cut under it.
  await modem.whenState(['normal'], { timeoutMs: BOOT_MAX_MS });
  const verdict = judge(modem, subject, { end: ends.at(-1) ?? '', before });
  await end();
  return { atTransfer, ends, lastStep, verdict };
}

function judge(
  modem: SimulatedModem,
  { oldVersion, newVersion }: CutSubject,
  {
    end,
    before,
  }: { readonly end: string; readonly before: { readonly flash: string; readonly calibration: string } },
): CutRun['verdict'] {
  const outcome = modem.bootOutcome;
  const isNormal = modem.state() === 'normal' && outcome?.kind === 'normal';
  if (!isNormal || modem.calibrationDigest() !== before.calibration) return 'LOST';
  if (end === 'updated' && outcome.firmware === newVersion) return 'confirmed';
  const isUntouched = outcome.firmware === oldVersion && flashFingerprint(modem) === before.flash;
  return isUntouched && /^(unchanged|refused)/.test(end) ? 'untouched' : 'LOST';
}

/** Runs `work` over `items`, `width` at a time, in order of their beginning. */
export async function sideBySide<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
