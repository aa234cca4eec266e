/**
 * One update whose modem loses power at one transfer, run again as cron would until nothing is unfinished, and what
 * became of the modem. The only two ends that are allowed: new firmware confirmed, or old firmware untouched.
 */
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { FaultDeclaration } from '../modem/faults.ts';
import { flashFingerprint } from './flash-fingerprint.ts';
import { endOf, makeScenario, type Scenario } from './scenario.ts';
import type { SharedRepository } from './shared-repository.ts';

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

/** Transfers of one undisturbed update. */
export async function transfersOfAnUpdate(repository: SharedRepository): Promise<number> {
  const scenario = await makeScenario(repository);
  const end = endOf(await scenario.run());
  const { transferCount } = scenario.modem;
  await scenario.end();
  if (end !== 'updated') throw new Error(`an undisturbed update ended with ${end}`);
  return transferCount;
}

export async function cutRun(
  repository: SharedRepository,
  atTransfer: number,
  kind: 'cut-power' | 'disconnect' = 'cut-power',
): Promise<CutRun> {
  const fault: FaultDeclaration = { kind, atTransfer };
  let lastStep = 'before';
  let isCut = false;
  const scenario = await makeScenario(repository, {
    modem: { faults: [fault] },
    onStep: (step, { modem }) => {
      isCut ||= modem.transferCount >= atTransfer;
      if (!isCut) lastStep = step;
    },
  });
  const flash = flashFingerprint(scenario.modem);
  const calibration = scenario.modem.calibrationDigest();
  const ends: string[] = [];
  while (ends.length < RUNS_MAX) {
    ends.push(endOf(await scenario.run()));
    if (!ends.at(-1)?.startsWith('unfinished')) break;
  }
  // A run that was refused ends sooner than the modem boots whose power was cut under it.
  await scenario.modem.whenState(['normal'], { timeoutMs: BOOT_MAX_MS });
  const verdict = judge(scenario, ends.at(-1) ?? '', { flash, calibration });
  await scenario.end();
  return { atTransfer, ends, lastStep, verdict };
}

function judge(
  { modem }: Scenario,
  end: string,
  before: { readonly flash: string; readonly calibration: string },
): CutRun['verdict'] {
  const outcome = modem.bootOutcome;
  const isNormal = modem.state() === 'normal' && outcome?.kind === 'normal';
  if (!isNormal || modem.calibrationDigest() !== before.calibration) return 'LOST';
  if (end === 'updated' && outcome.firmware === DEMO_NEW_VERSION) return 'confirmed';
  const isUntouched = outcome.firmware === DEMO_OLD_VERSION && flashFingerprint(modem) === before.flash;
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
