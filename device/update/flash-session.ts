/**
 * One conversation with a modem in EDL, from HELLO to reset. Idempotent: whatever an earlier session left behind,
 * it begins at the first erase again (P4). Gate 2 stands between the probes and the first erase.
 */
import { createHash } from 'node:crypto';
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { FlashPlan, PlannedProgram } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { BadBlocks } from '../firehose/bad-blocks.ts';
import type { RunningSha256 } from '../firehose/digest.ts';
import type { FirehoseFailure } from '../firehose/firehose-failure.ts';
import type { ImageSource } from '../firehose/image.ts';
import { FirehoseLink } from '../firehose/link.ts';
import { programFile } from '../firehose/program.ts';
import { Prover } from '../firehose/prove.ts';
import { type ConfiguredProgrammer, startSession } from '../firehose/start.ts';
import { eraseSectors, resetProgrammer, sendGuard } from '../firehose/write.ts';
import { askHardware } from '../sahara/command-mode.ts';
import { loadProgrammer } from '../sahara/driver.ts';
import {
  type ComparedHardware,
  comparedHardware,
  type ExpectedHardware,
  findContradiction,
} from '../sahara/hardware.ts';
import { PROGRAMMER_MAX_BYTES } from '../sahara/limits.ts';
import { type Hello, type ReadRequest, SAHARA_MODE } from '../sahara/packets.ts';
import { resetModem } from '../sahara/reset.ts';
import type { SaharaFailure } from '../sahara/sahara-failure.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import type { StagedPackage } from '../stage/staged-package.ts';
import type { Pipe } from '../transport/pipe.ts';
import type { Journal, JournalFailure } from './journal.ts';
import { PARTITION_ATTEMPTS_MAX, type UpdateTimings } from './limits.ts';
import { reachProgrammer } from './reach-programmer.ts';

export type FlashFailure =
  | SaharaFailure
  | FirehoseFailure
  | StageFailure
  | JournalFailure
  | { readonly reason: 'programmer-too-large'; readonly bytes: number };

export type FlashProgress = {
  readonly phase: 'erasing' | 'programming' | 'reading-back';
  readonly doneBytes: number;
  readonly totalBytes: number;
};

export type FlashSession = {
  readonly pipe: Pipe;
  readonly staged: StagedPackage;
  readonly plan: FlashPlan;
  readonly entry: ModelEntry;
  readonly journal: Journal;
  readonly timings: UpdateTimings;
  readonly onProgress: (progress: FlashProgress) => void;
  /** Where it is known, the modem is asked for it before it gets a programmer. */
  readonly expectedHardware?: ExpectedHardware;
  /** What of the hardware could be compared, and agreed: nothing, where one side does not name it. */
  readonly onHardwareCompared?: (compared: ComparedHardware) => void;
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
  const started = await startSession(link, plan.storage, signal);
  if (!started.ok) return started;
  for (const guard of plan.guards) {
    const accepted = await sendGuard(link, guard, signal);
    if (!accepted.ok) return accepted;
  }
  // The last moment at which nothing has happened yet: what lies in the stage must still be what was verified.
  const verified = await staged.verifyAgain(signal ?? new AbortController().signal);
  if (!verified.ok) return verified;

  // From here on a Ctrl-C is not listened to: stopping now would leave an erased modem (P4).
  const erased = await eraseAll(session, link);
  if (!erased.ok) return erased;
  const written = await writeAll(session, link, started.value);
  if (!written.ok) {
    const { failure } = written;
    return failure.reason === 'read-back-differs'
      ? err({ ...failure, badBlocks: badBlocks.blocks })
      : written;
  }
  const resetting = await journal.enter('resetting');
  if (!resetting.ok) return resetting;
  return resetProgrammer(link);
}

/** What has been heard of it, where it ran already. */
async function startProgrammer(
  session: FlashSession,
  signal?: AbortSignal,
): Promise<Result<Uint8Array<ArrayBuffer>, FlashFailure>> {
  const { pipe, staged, entry, timings, journal } = session;
  const loading = await journal.enter('loading-programmer');
  if (!loading.ok) return loading;
  const { flashTouched } = journal.attempt;
  const greeting = await reachProgrammer(pipe, { timings, flashTouched }, signal);
  if (!greeting.ok) return greeting;
  if (greeting.value.found === 'programmer') {
    // Sahara is over: it can be asked no more.
    session.onHardwareCompared?.([]);
    return ok(greeting.value.heard);
  }
  const opening = await judgeHardware(session, greeting.value.hello, signal);
  if (!opening.ok) return opening;

  const path = staged.manifest.flash.programmer;
  const file = staged.manifest.files.find((candidate) => candidate.path === path);
  if (file === undefined) return err({ reason: 'file-missing', path });
  if (file.sizeBytes > PROGRAMMER_MAX_BYTES)
    return err({ reason: 'programmer-too-large', bytes: file.sizeBytes });
  const bytes = await staged.readFile(path, 0, file.sizeBytes);
  if (!bytes.ok) return bytes;
  const programmer = { imageId: entry.programmerImageId, bytes: bytes.value };
  const loaded = await loadProgrammer(pipe, opening.value, programmer, timings.sahara, signal);
  return loaded.ok ? ok(new Uint8Array()) : loaded;
}

/** Another chip, or one that trusts another key, is sent back as it came. */
async function judgeHardware(
  { pipe, timings, journal, expectedHardware, onHardwareCompared }: FlashSession,
  hello: Hello,
  signal?: AbortSignal,
): Promise<Result<Hello | ReadRequest, FlashFailure>> {
  // Command mode is entered only where there is something to learn: not every modem takes the question well.
  if (expectedHardware === undefined && hello.mode !== SAHARA_MODE.command) {
    onHardwareCompared?.([]);
    return ok(hello);
  }
  const asked = await askHardware(pipe, hello, timings.sahara, signal);
  if (!asked.ok) return asked;
  const { hardware, opening } = asked.value;
  const expected = expectedHardware ?? { msmIds: null, oemKeyHashes: null };
  const contradiction = findContradiction(hardware, expected);
  if (contradiction === null) {
    onHardwareCompared?.(comparedHardware(hardware, expected));
    return ok(opening);
  }
  if (!journal.attempt.flashTouched) await resetModem(pipe, timings.sahara, signal);
  return err(contradiction);
}

async function eraseAll(
  { plan, journal, onProgress }: FlashSession,
  link: FirehoseLink,
): Promise<Result<void, FlashFailure>> {
  const erasing = await journal.enter('erasing', {
    flashTouched: true,
    flashAttempts: journal.attempt.flashAttempts + 1,
  });
  if (!erasing.ok) return erasing;
  const bytesOf = (erase: { sectorCount: number }) => erase.sectorCount * plan.storage.pageBytes;
  const totalBytes = plan.erases.reduce((sum, erase) => sum + bytesOf(erase), 0);
  let doneBytes = 0;
  for (const erase of plan.erases) {
    const erased = await eraseSectors(link, erase, plan);
    if (!erased.ok) return erased;
    doneBytes += bytesOf(erase);
    onProgress({ phase: 'erasing', doneBytes, totalBytes });
  }
  return ok();
}

/** Everything but the boot partition is written and proved first; only then does the modem become bootable. */
async function writeAll(
  session: FlashSession,
  link: FirehoseLink,
  programmer: ConfiguredProgrammer,
): Promise<Result<void, FlashFailure>> {
  const { plan } = session;
  const body = plan.programs.filter((program) => program.startSector !== 0);
  const boot = plan.programs.filter((program) => program.startSector === 0);
  const prover = new Prover(link, programmer, runningSha256);
  for (const programs of [body, boot]) {
    const written = await writeAndCompare(session, link, programmer, prover, programs);
    if (!written.ok) return written;
  }
  return ok();
}

async function writeAndCompare(
  session: FlashSession,
  link: FirehoseLink,
  programmer: ConfiguredProgrammer,
  prover: Prover,
  programs: readonly PlannedProgram[],
): Promise<Result<void, FlashFailure>> {
  const { journal } = session;
  let pending = programs;
  for (let attempt = 0; attempt < PARTITION_ATTEMPTS_MAX; attempt++) {
    const programming = await journal.enter('programming');
    if (!programming.ok) return programming;
    const programmed = await programAll(session, link, programmer, pending, attempt > 0);
    if (!programmed.ok) return programmed;
    const reading = await journal.enter('reading-back');
    if (!reading.ok) return reading;
    const differing = await compareAll(session, prover, pending);
    if (!differing.ok) return differing;
    if (differing.value.programs.length === 0) return ok();
    pending = differing.value.programs;
    if (attempt === PARTITION_ATTEMPTS_MAX - 1) return err(differing.value.first);
  }
  return ok();
}

async function programAll(
  session: FlashSession,
  link: FirehoseLink,
  { payloadBytes }: ConfiguredProgrammer,
  programs: readonly PlannedProgram[],
  eraseFirst: boolean,
): Promise<Result<void, FlashFailure>> {
  const { plan, journal, onProgress } = session;
  const totalBytes = sizeOf(programs, plan);
  let doneBytes = 0;
  for (const program of programs) {
    if (eraseFirst) {
      const erased = await eraseSectors(link, program.window, plan);
      if (!erased.ok) return erased;
    }
    const advance = (bytes: number) => {
      doneBytes += bytes;
      onProgress({ phase: 'programming', doneBytes, totalBytes });
    };
    const options = { flash: plan, payloadBytes, onProgress: advance };
    const programmed = await programFile(link, program, sourceOf(session, program), options);
    if (!programmed.ok) return programmed;
    const bytes = program.sectorCount * plan.storage.pageBytes;
    const noted = await journal.note({ programmedBytes: journal.attempt.programmedBytes + bytes });
    if (!noted.ok) return noted;
  }
  return ok();
}

type Differing = { readonly programs: readonly PlannedProgram[]; readonly first: FirehoseFailure };

async function compareAll(
  session: FlashSession,
  prover: Prover,
  programs: readonly PlannedProgram[],
): Promise<Result<Differing, FlashFailure>> {
  const { plan, onProgress } = session;
  const totalBytes = sizeOf(programs, plan);
  const differing: PlannedProgram[] = [];
  let first: FirehoseFailure = { reason: 'read-back-differs', sector: 0 };
  let doneBytes = 0;
  for (const program of programs) {
    const advance = (bytes: number) => {
      doneBytes += bytes;
      onProgress({ phase: 'reading-back', doneBytes, totalBytes });
    };
    const compared = await prover.prove(program, sourceOf(session, program), {
      storage: plan.storage,
      onProgress: advance,
    });
    if (compared.ok) continue;
    if (compared.failure.reason !== 'read-back-differs') return compared;
    if (differing.length === 0) first = compared.failure;
    differing.push(program);
  }
  return ok({ programs: differing, first });
}

function runningSha256(): RunningSha256 {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

function sourceOf({ staged }: FlashSession, program: PlannedProgram): ImageSource<StageFailure> {
  return (offsetBytes, lengthBytes) => staged.readFile(program.path, offsetBytes, lengthBytes);
}

function sizeOf(programs: readonly PlannedProgram[], plan: FlashPlan): number {
  return programs.reduce((sum, program) => sum + program.sectorCount * plan.storage.pageBytes, 0);
}
