/**
 * Programs what the plan says and proves it. A partition that the programmer refuses, or that reads back otherwise, is
 * erased and programmed again, without the others: PARTITION_ATTEMPTS_MAX times in all.
 */
import { createHash } from 'node:crypto';
import { type FlashPlan, isBoot, type PlannedProgram } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { RunningSha256 } from '../firehose/digest.ts';
import type { FirehoseFailure } from '../firehose/firehose-failure.ts';
import type { ImageSource } from '../firehose/image.ts';
import type { FirehoseLink } from '../firehose/link.ts';
import { programFile } from '../firehose/program.ts';
import { Prover } from '../firehose/prove.ts';
import type { ConfiguredProgrammer } from '../firehose/start.ts';
import { eraseSectors } from '../firehose/write.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import { finishTable } from './disk-steps.ts';
import type { FlashFailure, FlashSession } from './flash-session.ts';
import { PARTITION_ATTEMPTS_MAX } from './limits.ts';

type Writing = {
  readonly session: FlashSession;
  readonly link: FirehoseLink;
  readonly programmer: ConfiguredProgrammer;
  readonly prover: Prover;
  /** How often each partition was programmed in this session, refused or not. */
  readonly attempts: Map<PlannedProgram, number>;
};

/** Everything but the boot partition is written and proved first; only then does the modem become bootable. */
export async function writeAll(
  session: FlashSession,
  link: FirehoseLink,
  programmer: ConfiguredProgrammer,
): Promise<Result<void, FlashFailure>> {
  const { plan } = session;
  const prover = new Prover(link, programmer, runningSha256);
  const writing: Writing = { session, link, programmer, prover, attempts: new Map() };
  const body = await writeAndProve(
    writing,
    plan.programs.filter((program) => !isBoot(program, plan.storage)),
  );
  if (!body.ok) return body;
  const finished = await finishTable(link, plan, programmer);
  if (!finished.ok) return finished;
  return writeAndProve(
    writing,
    plan.programs.filter((program) => isBoot(program, plan.storage)),
  );
}

async function writeAndProve(
  writing: Writing,
  programs: readonly PlannedProgram[],
): Promise<Result<void, FlashFailure>> {
  const { journal, onRepeat } = writing.session;
  // Bounded by `attempts`: whatever is pending again has been programmed once more.
  for (let pending = programs; pending.length > 0; ) {
    const programming = await journal.enter('programming');
    if (!programming.ok) return programming;
    const programmed = await programAll(writing, pending);
    if (!programmed.ok) return programmed;
    const reading = await journal.enter('reading-back');
    if (!reading.ok) return reading;
    const differing = await compareAll(writing, pending);
    if (!differing.ok) return differing;
    const spent = differing.value.find(({ program }) => !mayRepeat(writing, program));
    if (spent !== undefined) return err(spent.failure);
    for (const { program, failure } of differing.value) onRepeat?.(program, failure.reason);
    pending = differing.value.map(({ program }) => program);
  }
  return ok();
}

async function programAll(
  writing: Writing,
  programs: readonly PlannedProgram[],
): Promise<Result<void, FlashFailure>> {
  const { plan, journal, onProgress } = writing.session;
  const totalBytes = sizeOf(programs, plan);
  let takenBytes = 0;
  for (const program of programs) {
    const bytes = sizeOf([program], plan);
    const report = (sentBytes: number) =>
      onProgress({ phase: 'programming', doneBytes: takenBytes + sentBytes, totalBytes });
    const programmed = await programUntilTaken(writing, program, report);
    if (!programmed.ok) return programmed;
    takenBytes += bytes;
    const noted = await journal.note({ programmedBytes: journal.attempt.programmedBytes + bytes });
    if (!noted.ok) return noted;
  }
  return ok();
}

/** A refusal leaves the programmer waiting for its next command; what it has written of the partition is erased. */
async function programUntilTaken(
  writing: Writing,
  program: PlannedProgram,
  report: (sentBytes: number) => void,
): Promise<Result<void, FlashFailure>> {
  const { session, link, programmer, attempts } = writing;
  const { plan, onRepeat } = session;
  // Bounded by `attempts`.
  for (;;) {
    const before = attempts.get(program) ?? 0;
    if (before > 0 && program.window !== null) {
      const erased = await eraseSectors(link, program.window, plan);
      if (!erased.ok) return erased;
    }
    attempts.set(program, before + 1);
    let sentBytes = 0;
    const programmed = await programFile(link, program, sourceOf(session, program), {
      flash: plan,
      payloadBytes: programmer.payloadBytes,
      onProgress: (bytes) => {
        sentBytes += bytes;
        report(sentBytes);
      },
    });
    if (programmed.ok || programmed.failure.reason !== 'programmer-refused') return programmed;
    if (!mayRepeat(writing, program)) return programmed;
    onRepeat?.(program, programmed.failure.reason);
  }
}

function mayRepeat({ attempts }: Writing, program: PlannedProgram): boolean {
  return (attempts.get(program) ?? 0) < PARTITION_ATTEMPTS_MAX;
}

type Differing = { readonly program: PlannedProgram; readonly failure: FirehoseFailure };

async function compareAll(
  { session, prover }: Writing,
  programs: readonly PlannedProgram[],
): Promise<Result<readonly Differing[], FlashFailure>> {
  const { plan, onProgress } = session;
  const totalBytes = sizeOf(programs, plan);
  const differing: Differing[] = [];
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
    const { failure } = compared;
    if (failure.reason !== 'read-back-differs') return compared;
    differing.push({ program, failure });
  }
  return ok(differing);
}

function runningSha256(): RunningSha256 {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

function sourceOf({ staged }: FlashSession, program: PlannedProgram): ImageSource<StageFailure> {
  return (offsetBytes, lengthBytes) => staged.readFile(program.path, offsetBytes, lengthBytes);
}

function sizeOf(programs: readonly PlannedProgram[], plan: FlashPlan): number {
  return programs.reduce((sum, program) => sum + program.sectorCount * sectorBytesOf(plan.storage), 0);
}
