/**
 * A package that is whole and verified in its stage (P1, P2). Entering EDL takes one, and only `verifyStage` makes
 * one: there is no other way to a modem's flash.
 */

import { readdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ChunkReference, type PackageIndex, parseIndex } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { readChunk } from './chunk-file.ts';
import { codeOf } from './error-code.ts';
import { CHUNK_WINDOW, READ_MAX_BYTES } from './limits.ts';
import { fileAt, type WalkProgress, walkPackage } from './package-walk.ts';
import type { Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';
import { checkStageProof } from './stage-proof.ts';

export type StageVerification = {
  readonly stage: Stage;
  /** Both from signed metadata: whoever passes them has verified them. */
  readonly manifest: ReleaseManifest;
  readonly index: PackageIndex;
  /** The index as it was hashed, of which `index` was read. */
  readonly indexBytes: Uint8Array;
  readonly onProgress?: WalkProgress;
};

type HeldChunk = { readonly id: string; readonly bytes: Uint8Array };

const MADE_HERE = Symbol('made by verifyStage');

export class StagedPackage {
  readonly stage: Stage;
  readonly manifest: ReleaseManifest;
  readonly #index: PackageIndex;
  /** The last chunks read, newest last. */
  #window: readonly HeldChunk[] = [];

  private constructor(from: Omit<StageVerification, 'indexBytes' | 'onProgress'>, made: symbol) {
    if (made !== MADE_HERE) throw new Error('a StagedPackage is made by verifyStage alone');
    this.stage = from.stage;
    this.manifest = from.manifest;
    this.#index = from.index;
  }

  /** Reads every byte back from the stage and holds it against the signed hashes; memory stays flat. */
  static async verify(
    from: StageVerification,
    signal: AbortSignal,
  ): Promise<Result<StagedPackage, StageFailure>> {
    const consistent = judgeIndex(from);
    if (!consistent.ok) return consistent;
    const staged = new StagedPackage(from, MADE_HERE);
    const verified = await staged.#verify(from.onProgress, signal);
    return verified.ok ? ok(staged) : verified;
  }

  /** The same again, before a mode is changed or after a restart. */
  verifyAgain(signal: AbortSignal): Promise<Result<void, StageFailure>> {
    for (const { bytes } of this.#window) giveBack(bytes);
    this.#window = [];
    return this.#verify(undefined, signal);
  }

  /**
   * `lengthBytes` of a file from `offsetBytes`, shorter only at its end; each chunk is verified as it is read. The bytes
   * are the caller's.
   */
  async readFile(
    path: string,
    offsetBytes: number,
    lengthBytes: number,
  ): Promise<Result<Uint8Array, StageFailure>> {
    if (offsetBytes < 0 || lengthBytes < 0 || lengthBytes > READ_MAX_BYTES)
      throw new RangeError(`read of ${lengthBytes} bytes at ${offsetBytes}`);
    const file = this.manifest.files.find((candidate) => candidate.path === path);
    if (file === undefined) return err({ reason: 'file-missing', path });
    const start = file.offsetBytes + Math.min(offsetBytes, file.sizeBytes);
    const end = Math.min(start + lengthBytes, file.offsetBytes + file.sizeBytes);

    const target = new Uint8Array(Math.max(0, end - start));
    for (let at = start; at < end; ) {
      const copied = await this.#copy(this.#chunkAt(at), at, target.subarray(at - start));
      if (!copied.ok) return copied;
      at += copied.value;
    }
    return ok(target);
  }

  async #verify(
    onProgress: WalkProgress | undefined,
    signal: AbortSignal,
  ): Promise<Result<void, StageFailure>> {
    const { directory } = this.stage;
    const proved = await checkStageProof(this.stage.proof, this.stage.platform);
    if (!proved.ok) return proved;
    if (await isEmpty(directory)) return err({ reason: 'stage-empty', directory });
    const walk = { directory, manifest: this.manifest, index: this.#index, onProgress };
    const walked = await walkPackage(walk, signal);
    if (!walked.ok) return this.#causeOf(walked.failure);
    return checkStageProof(this.stage.proof, this.stage.platform);
  }

  /**
   * What a chunk holds from an offset in the package on, as far as there is room; answers how many bytes. Copied before
   * anybody else can have its turn: a chunk that leaves the window gives its memory back.
   */
  async #copy(
    chunk: ChunkReference,
    fromBytes: number,
    target: Uint8Array,
  ): Promise<Result<number, StageFailure>> {
    const held = this.#window.find(({ id }) => id === chunk.id);
    const read = held === undefined ? await readChunk(this.stage.directory, chunk) : ok(held);
    if (!read.ok) {
      const file = fileAt(this.manifest, chunk.offsetBytes, chunk.sizeBytes);
      return this.#causeOf({ ...read.failure, id: chunk.id, file });
    }
    const { bytes } = read.value;
    const start = fromBytes - chunk.offsetBytes;
    const piece = bytes.subarray(start, start + target.length);
    target.set(piece);
    if (held === undefined) this.#hold({ id: chunk.id, bytes });
    return ok(piece.length);
  }

  #hold(chunk: HeldChunk): void {
    const chunks = [...this.#window, chunk];
    for (const { bytes } of chunks.slice(0, -CHUNK_WINDOW)) giveBack(bytes);
    this.#window = chunks.slice(-CHUNK_WINDOW);
  }

  /** A chunk that is gone is a symptom where the stage itself is gone. */
  async #causeOf(failure: StageFailure): Promise<Result<never, StageFailure>> {
    if (failure.reason === 'interrupted') return err(failure);
    const proved = await checkStageProof(this.stage.proof, this.stage.platform);
    if (!proved.ok) return proved;
    const { directory } = this.stage;
    return err((await isEmpty(directory)) ? { reason: 'stage-empty', directory } : failure);
  }

  /** Binary search: chunks are contiguous from 0 to the end of the package. */
  #chunkAt(offsetBytes: number): ChunkReference {
    let low = 0;
    let high = this.#index.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#index.chunks[middle]?.offsetBytes ?? 0) <= offsetBytes) low = middle;
      else high = middle - 1;
    }
    const chunk = this.#index.chunks[low];
    if (chunk === undefined) throw new RangeError(`offset ${offsetBytes} is outside the package`);
    return chunk;
  }
}

/** Proves that the stage holds the whole package, unharmed, where it was prepared. */
export function verifyStage(
  from: StageVerification,
  signal: AbortSignal,
): Promise<Result<StagedPackage, StageFailure>> {
  return StagedPackage.verify(from, signal);
}

function judgeIndex({ index, indexBytes, manifest }: StageVerification): Result<void, StageFailure> {
  const refuse = (what: 'index' | 'sizeBytes' | 'chunkCount') =>
    err({ reason: 'index-contradicts-manifest', what } as const);
  const parsed = parseIndex(indexBytes);
  if (!parsed.ok || !isDeepStrictEqual(parsed.value, index)) return refuse('index');
  if (index.sizeBytes !== manifest.package.sizeBytes) return refuse('sizeBytes');
  return index.chunks.length === manifest.package.chunkCount ? ok() : refuse('chunkCount');
}

async function isEmpty(directory: string): Promise<boolean> {
  try {
    return !(await readdir(directory)).some((name) => /^[0-9a-f]{4}$/.test(name));
  } catch (error) {
    codeOf(error);
    return true;
  }
}
