/**
 * What an attempt was about to do, on persistent storage before it is done: written to a new file, fsynced, renamed,
 * and the directory fsynced, so that a power cut leaves the old record or the new one. One journal a modem.
 */
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { modelIdSchema } from '../../shared/catalogue.ts';
import { SHA256_HEX } from '../../shared/digest.ts';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { UPDATE_STEPS, type UpdateStep } from '../../shared/telemetry.ts';
import type { Clock } from '../clock.ts';
import { BAD_BLOCKS_MAX } from '../firehose/limits.ts';
import { snapshotSchema } from '../modem/snapshot.ts';
import { codeOf } from '../stage/error-code.ts';
import { stageProofSchema } from '../stage/stage-proof.ts';
import { JOURNAL_MAX_BYTES } from './limits.ts';
import { isBeyondGateOne, mayFollow } from './steps.ts';

/** Where the package comes from, and can be had again: signed, from the repository, or from a disk. */
const originSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('repository') }),
  z.strictObject({ kind: z.literal('local'), path: z.string().startsWith('/').max(4096) }),
]);
export type Origin = z.infer<typeof originSchema>;

const attemptSchema = z.strictObject({
  format: z.literal('cistern-journal/1'),
  attemptId: z.uuid(),
  modemKey: z.string().max(200),
  where: z.string().max(300),
  model: modelIdSchema,
  /** What the modem ran; null where it was found in EDL and could not say. */
  fromVersion: versionTextSchema.nullable(),
  toVersion: versionTextSchema,
  origin: originSchema.default({ kind: 'repository' }),
  step: z.enum(UPDATE_STEPS),
  /** True from the moment the first erase may have reached the modem. */
  flashTouched: z.boolean(),
  snapshot: snapshotSchema.nullable(),
  stage: stageProofSchema.nullable(),
  /** Directory on a disk that holds the package too; absent where none does. */
  copy: z.string().startsWith('/').max(1000).optional(),
  /** SHA-256 of the release documents kept beside the journal; null before gate 1. */
  documents: z.strictObject({ entry: sha(), manifest: sha(), index: sha() }).nullable(),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  fetchedBytes: z.int().nonnegative(),
  programmedBytes: z.int().nonnegative(),
  flashAttempts: z.int().nonnegative(),
  /** Blocks that the programmer passed over, the most that one session heard of; absent where none. */
  badBlocks: z.int().positive().max(BAD_BLOCKS_MAX).optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

function sha() {
  return z.string().regex(SHA256_HEX);
}

export type JournalFailure =
  | { readonly reason: 'journal-unreadable'; readonly path: string; readonly why: string }
  | { readonly reason: 'journal-not-written'; readonly path: string; readonly why: string };

export class Journal {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #onStep: (step: UpdateStep) => void;
  readonly #onUnwritten: (failure: JournalFailure) => void;
  #attempt: Attempt;
  #isWritten = true;

  /** `onUnwritten` hears, once, that the flashing goes on without a record. */
  constructor(
    path: string,
    attempt: Attempt,
    clock: Clock,
    onStep: (step: UpdateStep) => void,
    onUnwritten: (failure: JournalFailure) => void = () => {},
  ) {
    this.#path = path;
    this.#attempt = attempt;
    this.#clock = clock;
    this.#onStep = onStep;
    this.#onUnwritten = onUnwritten;
  }

  get attempt(): Attempt {
    return this.#attempt;
  }

  /**
   * Records that `step` is about to begin. A step that the table does not allow is a bug. What could not be written
   * did not begin, until flash was touched: from then on nothing stops for want of a record (P4). The one on disk
   * says already that flash was touched, and whatever its step, the next run begins at the first erase again.
   */
  async enter(step: UpdateStep, changes: Partial<Attempt> = {}): Promise<Result<void, JournalFailure>> {
    this.#mustFollow(step);
    const written = await this.note({ ...changes, step });
    if (written.ok) this.#onStep(step);
    return written;
  }

  /** Records facts without a new step, under the same rule. */
  async note(changes: Partial<Attempt>): Promise<Result<void, JournalFailure>> {
    const written = await this.#write(changes);
    if (written.ok || !this.#attempt.flashTouched) return written;
    this.#attempt = this.#changed(changes);
    if (this.#isWritten) this.#onUnwritten(written.failure);
    this.#isWritten = false;
    return ok();
  }

  /** Ends the attempt. While this cannot be written, the next run takes the attempt up again. */
  async close(): Promise<Result<void, JournalFailure>> {
    this.#mustFollow('reported');
    const written = await this.#write({ step: 'reported' });
    if (written.ok) this.#onStep('reported');
    return written;
  }

  #mustFollow(step: UpdateStep): void {
    if (step === this.#attempt.step || mayFollow(this.#attempt.step, step)) return;
    throw new Error(`step ${step} may not follow ${this.#attempt.step}`);
  }

  #changed(changes: Partial<Attempt>): Attempt {
    const updatedAt = new Date(this.#clock.nowMs()).toISOString();
    return attemptSchema.parse({ ...this.#attempt, ...changes, updatedAt });
  }

  async #write(changes: Partial<Attempt>): Promise<Result<void, JournalFailure>> {
    const next = this.#changed(changes);
    const written = await writeDurably(this.#path, JSON.stringify(next));
    if (written.ok) this.#attempt = next;
    return written;
  }
}

export function journalPath(stateDir: string, modemKey: string): string {
  return join(stateDir, 'journal', `${modemKey}.json`);
}

/** The last attempt on this modem, finished or not; null where there was none. */
export async function readAttempt(
  stateDir: string,
  modemKey: string,
): Promise<Result<Attempt | null, JournalFailure>> {
  const path = journalPath(stateDir, modemKey);
  const refuse = (why: string) => err({ reason: 'journal-unreadable', path, why } as const);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok(null) : refuse(codeOf(error));
  }
  if (text.length > JOURNAL_MAX_BYTES) return refuse(`${text.length} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('it is not JSON');
  }
  const attempt = attemptSchema.safeParse(json);
  return attempt.success ? ok(attempt.data) : refuse(z.prettifyError(attempt.error).slice(0, 300));
}

/** True while the modem may wait for the rest of this attempt. */
export function isUnfinished({ step, flashTouched }: Attempt): boolean {
  return isBeyondGateOne(step) || (flashTouched && step !== 'reported');
}

/** The last attempt on each modem that there is a journal of, by their keys. */
export async function attemptsIn(stateDir: string): Promise<readonly Result<Attempt, JournalFailure>[]> {
  const names = await readdir(join(stateDir, 'journal')).catch(() => []);
  const attempts = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => readAttempt(stateDir, name.slice(0, -'.json'.length))),
  );
  return attempts.flatMap((attempt): readonly Result<Attempt, JournalFailure>[] => {
    if (!attempt.ok) return [attempt];
    return attempt.value === null ? [] : [ok(attempt.value)];
  });
}

/** Directories of the stages that unfinished attempts, on any modem, still need. */
export async function journaledStages(stateDir: string): Promise<readonly string[]> {
  const attempts = await attemptsIn(stateDir);
  return attempts.flatMap((attempt) => {
    const stage = attempt.ok && isUnfinished(attempt.value) ? attempt.value.stage : null;
    return stage === null ? [] : [stage.directory];
  });
}

export async function writeDurably(
  path: string,
  text: string | Uint8Array,
): Promise<Result<void, JournalFailure>> {
  const directory = join(path, '..');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    const parent = await open(directory, 'r');
    try {
      await parent.sync();
    } finally {
      await parent.close();
    }
    return ok();
  } catch (error) {
    return err({ reason: 'journal-not-written', path, why: codeOf(error) });
  }
}
