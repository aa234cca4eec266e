/**
 * From a modem in EDL to one that was told to restart with the new firmware. Before the first erase one failure
 * ends it; from the first erase on it tries again from the stage for as long as the modem can be reached (P4).
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import type { StagedPackage } from '../stage/staged-package.ts';
import type { ModemDoor, OpenedModem } from '../transport/door.ts';
import type { AwaitFailure } from './await-modem.ts';
import { awaitUpdatable, type CrashFailure } from './await-updatable.ts';
import type { EnterEdlFailure } from './enter-edl.ts';
import {
  type FlashFailure,
  type FlashSession,
  type RunningProgrammer,
  runFlashSession,
} from './flash-session.ts';
import { FLASH_ATTEMPTS_MAX, GREETINGS_MAX } from './limits.ts';

export type FlashJob = Omit<FlashSession, 'pipe' | 'staged' | 'runningProgrammer' | 'onProgrammerLoaded'> & {
  readonly door: ModemDoor;
  readonly clock: Clock;
  readonly staged: StagedPackage;
  /** Into EDL again, for a modem that a reset of a stale session has brought back to normal mode. */
  readonly enterAgain: () => Promise<Result<OpenedModem, EnterEdlFailure>>;
  /** Makes the stage whole again, after a chunk in it was found damaged. */
  readonly restage: () => Promise<Result<StagedPackage, unknown>>;
  readonly onRetry: (failure: FlashFailure | AwaitFailure, attempt: number) => void;
};

/** `reset`: everything was written and read back. `in-normal-mode`: the modem left EDL by itself; ask it. */
export type FlashEnd = 'reset' | 'in-normal-mode';

export async function flashUntilDone(
  job: FlashJob,
  first: OpenedModem | null,
  signal?: AbortSignal,
): Promise<Result<FlashEnd, FlashFailure | EnterEdlFailure | CrashFailure>> {
  const { journal } = job;
  let opened = first;
  let { staged, expectedHardware } = job;
  let greetings = 0;
  let runningProgrammer: RunningProgrammer = 'unknown';
  let failure: FlashFailure | AwaitFailure | null = null;
  for (let attempt = 1; attempt <= FLASH_ATTEMPTS_MAX; ) {
    // From the first erase on nobody can interrupt it, in a later session either.
    const heeded = journal.attempt.flashTouched ? undefined : signal;
    if (opened === null) {
      const back = await awaitUpdatable(job, heeded);
      if (!back.ok) return back;
      opened = back.value;
    }
    if (opened.state === 'normal') {
      await opened.pipe.close();
      return ok('in-normal-mode');
    }
    const onProgrammerLoaded = () => {
      runningProgrammer = 'ours';
    };
    const session = { ...job, staged, expectedHardware, runningProgrammer, onProgrammerLoaded };
    const flashed = await runFlashSession({ ...session, pipe: opened.pipe }, heeded);
    await opened.pipe.close();
    opened = null;
    if (flashed.ok) return ok('reset');

    failure = flashed.failure;
    if (failure.reason === 'sahara-stale-session' && failure.after === 'command-mode-refused')
      expectedHardware = undefined;
    if (isRestarting(failure, greetings)) {
      if (++greetings === GREETINGS_MAX) return flashed;
      if (journal.attempt.flashTouched) continue;
      const entered = await job.enterAgain();
      if (!entered.ok) return entered;
      opened = entered.value;
      continue;
    }
    if (!journal.attempt.flashTouched || failure.reason === 'programmer-not-ours') return flashed;
    job.onRetry(failure, attempt);
    greetings = 0;
    if (failure.reason === 'programmer-refused') runningProgrammer = 'has-refused';
    if (isStageDamage(failure)) {
      const again = await job.restage();
      if (again.ok) staged = again.value;
    }
    attempt += 1;
  }
  return err(failure ?? { reason: 'interrupted' });
}

/** A reset of a stale session is on its way: the modem says so, or is gone before it can be asked again. */
function isRestarting({ reason }: FlashFailure, greetings: number): boolean {
  return reason === 'sahara-stale-session' || (greetings > 0 && reason === 'modem-disconnected');
}

const STAGE_DAMAGE: ReadonlySet<string> = new Set<StageFailure['reason']>([
  'chunk-missing',
  'chunk-content-wrong',
  'chunk-unreadable',
  'stage-empty',
  'stage-vanished',
  'stage-unmounted',
]);

function isStageDamage(failure: FlashFailure | AwaitFailure): boolean {
  return STAGE_DAMAGE.has(failure.reason);
}
