/**
 * One conversation with a modem in EDL, from HELLO to reset. Idempotent: whatever an earlier session left behind,
 * it begins at the first erase again (P4). Gate 2 stands between the probes and the first erase.
 */
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { FlashPlan, PlannedProgram } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import { BadBlocks } from '../firehose/bad-blocks.ts';
import type { FirehoseFailure } from '../firehose/firehose-failure.ts';
import { FirehoseLink } from '../firehose/link.ts';
import { type ConfiguredProgrammer, startSession } from '../firehose/start.ts';
import { eraseSectors, resetProgrammer, sendGuard } from '../firehose/write.ts';
import type { ComparedHardware, ExpectedHardware } from '../sahara/hardware.ts';
import type { SaharaFailure } from '../sahara/sahara-failure.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import type { StagedPackage } from '../stage/staged-package.ts';
import type { Pipe } from '../transport/pipe.ts';
import { chooseBootDrive, clearBootPartition, clearedBytes, judgeDisk } from './disk-steps.ts';
import type { Journal, JournalFailure } from './journal.ts';
import { judgeNand } from './judge-nand.ts';
import type { UpdateTimings } from './limits.ts';
import { startProgrammer } from './start-programmer.ts';
import { writeAll } from './write-partitions.ts';

export type FlashFailure =
  | SaharaFailure
  | FirehoseFailure
  | StageFailure
  | JournalFailure
  | { readonly reason: 'programmer-too-large'; readonly bytes: number }
  /** Loaded by nobody knows whom, and it takes no restart: the guard is not sent to it. */
  | { readonly reason: 'programmer-not-ours' };

export type FlashProgress = {
  readonly phase: 'erasing' | 'programming' | 'reading-back';
  readonly doneBytes: number;
  readonly totalBytes: number;
};

/** `ours`: loaded by this run. `has-refused`: it refused this run something after the first erase, and may be wedged. */
export type RunningProgrammer = 'unknown' | 'ours' | 'has-refused';

export type FlashSession = {
  readonly pipe: Pipe;
  readonly staged: StagedPackage;
  readonly plan: FlashPlan;
  readonly entry: ModelEntry;
  readonly journal: Journal;
  readonly timings: UpdateTimings;
  readonly onProgress: (progress: FlashProgress) => void;
  /** Where it is known, the modem is asked for it before it gets a programmer. */
  readonly expectedHardware?: ExpectedHardware | undefined;
  /**
   * What of the hardware was compared, and agreed: nothing, where one side does not name it; null where a programmer ran
   * already, which cannot be asked.
   */
  readonly onHardwareCompared?: (compared: ComparedHardware | null) => void;
  /** Who loaded a programmer that is found running, as far as the caller can prove it; default `unknown`. */
  readonly runningProgrammer?: RunningProgrammer;
  readonly onProgrammerLoaded?: () => void;
  /** A partition is programmed once more in this session; `reason` is that of the failure. */
  readonly onRepeat?: (program: PlannedProgram, reason: FirehoseFailure['reason']) => void;
  /** Nothing is erased yet, and the modem shows no table of its own to judge the plan by. */
  readonly onTableAbsent?: () => void;
  /** A block of NAND that the programmer passes over, once each. */
  readonly onBadBlock?: (block: number) => void;
};

export async function runFlashSession(
  session: FlashSession,
  signal?: AbortSignal,
): Promise<Result<void, FlashFailure>> {
  const { pipe, plan, staged, journal, timings } = session;
  const reached = await startProgrammer(session, signal);
  if (!reached.ok) return reached;

  const badBlocks = new BadBlocks(session.onBadBlock);
  const link = new FirehoseLink(pipe, timings.firehose, { heard: reached.value, onLog: badBlocks.hear });
  const probing = await journal.enter('probing');
  if (!probing.ok) return probing;
  const started = await startSession(link, plan.storage, journal.attempt, signal);
  if (!started.ok) return started;
  const judged = await judgeDisk(link, plan, started.value, signal);
  if (!judged.ok) return judged;
  const witnessed = await judgeNand(session, link, signal);
  if (!witnessed.ok) return witnessed;
  for (const guard of plan.guards) {
    const accepted = await sendGuard(link, guard, signal);
    if (!accepted.ok) return accepted;
  }
  // The last moment at which nothing has happened yet: what lies in the stage must still be what was verified.
  const verified = await staged.verifyAgain(signal ?? new AbortController().signal);
  if (!verified.ok) return verified;

  // From here on a Ctrl-C is not listened to: stopping now would leave an erased modem (P4).
  const erased = await eraseAll(session, link, started.value);
  if (!erased.ok) return erased;
  const written = await writeAll(session, link, started.value);
  const noted = await noteBadBlocks(journal, badBlocks.blocks.length);
  if (!noted.ok) return noted;
  if (!written.ok) {
    const { failure } = written;
    return failure.reason === 'read-back-differs'
      ? err({ ...failure, badBlocks: badBlocks.blocks })
      : written;
  }
  const chosen = await chooseBootDrive(link, plan);
  if (!chosen.ok) return chosen;
  const resetting = await journal.enter('resetting');
  if (!resetting.ok) return resetting;
  return resetProgrammer(link);
}

/** For the verdict, which outlives a log that nobody kept. */
async function noteBadBlocks(journal: Journal, count: number): Promise<Result<void, JournalFailure>> {
  return count > (journal.attempt.badBlocks ?? 0) ? journal.note({ badBlocks: count }) : ok();
}

async function eraseAll(
  { plan, journal, onProgress }: FlashSession,
  link: FirehoseLink,
  programmer: ConfiguredProgrammer,
): Promise<Result<void, FlashFailure>> {
  const erasing = await journal.enter('erasing', {
    flashTouched: true,
    flashAttempts: journal.attempt.flashAttempts + 1,
  });
  if (!erasing.ok) return erasing;
  const bytesOf = (erase: { sectorCount: number }) => erase.sectorCount * sectorBytesOf(plan.storage);
  const totalBytes = plan.erases.reduce((sum, erase) => sum + bytesOf(erase), clearedBytes(plan));
  let doneBytes = 0;
  const cleared = await clearBootPartition(link, plan, programmer, (bytes) => {
    doneBytes += bytes;
    onProgress({ phase: 'erasing', doneBytes, totalBytes });
  });
  if (!cleared.ok) return cleared;
  for (const erase of plan.erases) {
    const erased = await eraseSectors(link, erase, plan);
    if (!erased.ok) return erased;
    doneBytes += bytesOf(erase);
    onProgress({ phase: 'erasing', doneBytes, totalBytes });
  }
  return ok();
}
