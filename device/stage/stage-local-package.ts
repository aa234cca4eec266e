/**
 * Copies files of a package that lies on a disk into a stage: the form in which every package is staged, so that
 * `verifyStage` proves it by the same code and a StagedPackage stays the only way to a modem. The files follow one
 * another in the given order; each is cut every CHUNK_MAX_BYTES, so the same files always give the same chunks.
 */
import { createHash, hash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { type ChunkReference, chunkPath, encodeIndex } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import { CHUNK_MAX_BYTES } from '../../shared/limits.ts';
import type { PackageSource } from '../../shared/package/source.ts';
import type { PackageFile } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { readChunk } from './chunk-file.ts';
import { codeOf } from './error-code.ts';
import type { Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';
import { checkStageProof } from './stage-proof.ts';
import { syncDirectory } from './sync-directory.ts';

const compress = promisify(zstdCompress);

export type LocalCut = {
  readonly files: readonly PackageFile[];
  /** The casync index, encoded. */
  readonly indexBytes: Uint8Array;
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the files, one after another. */
  readonly sha256: string;
  readonly chunkCount: number;
  readonly storedBytes: number;
};

export type LocalStageFailure =
  | StageFailure
  | { readonly reason: 'package-unreadable'; readonly path: string; readonly why: string }
  /** Not the bytes that were judged. */
  | { readonly reason: 'local-package-changed'; readonly path: string };

export type LocalFiles = {
  readonly source: Pick<PackageSource, 'files' | 'read'>;
  /** Paths and the SHA-256 each must have, in the order in which they are staged. */
  readonly wanted: readonly { readonly path: string; readonly sha256: string }[];
};

export async function stageLocalPackage(
  stage: Stage,
  { source, wanted }: LocalFiles,
  onProgress: (doneBytes: number, totalBytes: number) => void,
  signal: AbortSignal,
): Promise<Result<LocalCut, LocalStageFailure>> {
  const sizes = new Map(source.files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const totalBytes = wanted.reduce((sum, { path }) => sum + (sizes.get(path) ?? 0), 0);
  const whole = createHash('sha256');
  const files: PackageFile[] = [];
  const chunks: ChunkReference[] = [];
  let storedBytes = 0;
  let offsetBytes = 0;
  for (const { path, sha256 } of wanted) {
    const start = offsetBytes;
    const content = createHash('sha256');
    try {
      for await (const piece of piecesOf(source.read(path))) {
        if (signal.aborted) return err({ reason: 'interrupted' });
        const chunk = { id: hash('sha256', piece), offsetBytes, sizeBytes: piece.length };
        content.update(piece);
        whole.update(piece);
        const stored = await keepChunk(stage, chunk, piece);
        if (!stored.ok) return stored;
        chunks.push(chunk);
        storedBytes += stored.value;
        offsetBytes += piece.length;
        onProgress(offsetBytes, totalBytes);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return err({ reason: 'package-unreadable', path, why: error.message.slice(0, 300) });
    }
    if (content.digest('hex') !== sha256) return err({ reason: 'local-package-changed', path });
    files.push({ path, offsetBytes: start, sizeBytes: offsetBytes - start, sha256 });
  }
  const bounds = { minBytes: 1, averageBytes: CHUNK_MAX_BYTES, maxBytes: CHUNK_MAX_BYTES };
  return ok({
    files,
    indexBytes: encodeIndex({ ...bounds, chunks }),
    sizeBytes: offsetBytes,
    sha256: whole.digest('hex'),
    chunkCount: chunks.length,
    storedBytes,
  });
}

/** Pieces of CHUNK_MAX_BYTES, the last one shorter. A file that grows while it is read cannot grow memory. */
async function* piecesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafe(CHUNK_MAX_BYTES);
  let filled = 0;
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + CHUNK_MAX_BYTES - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < CHUNK_MAX_BYTES) continue;
      yield piece;
      piece = Buffer.allocUnsafe(CHUNK_MAX_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** Writes a chunk unless it lies there already, whole; answers its stored size in bytes. */
async function keepChunk(
  stage: Stage,
  chunk: ChunkReference,
  content: Uint8Array,
): Promise<Result<number, StageFailure>> {
  const { directory, proof, platform } = stage;
  const present = await readChunk(directory, chunk);
  if (present.ok) {
    giveBack(present.value.bytes);
    return ok(present.value.storedBytes);
  }
  const stored = await compress(content);
  // A stage that has lost its mount would fill the router's own disk.
  const proved = await checkStageProof(proof, platform);
  if (!proved.ok) return proved;
  try {
    // A stage on a disk is what an unfinished update goes on from after a power cut.
    await writeChunk(join(directory, chunkPath(chunk.id)), stored, { durably: proof.kind === 'disk' });
    return ok(stored.length);
  } catch (error) {
    const code = codeOf(error);
    const still = await checkStageProof(proof, platform);
    if (!still.ok) return still;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return err({ reason: 'stage-full', directory, neededBytes: chunk.sizeBytes, availableBytes: 0 });
    return err({ reason: 'directory-unusable', directory, code });
  }
}

async function writeChunk(
  path: string,
  stored: Uint8Array,
  { durably }: { readonly durably: boolean },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(`${path}.part`, { force: true });
  const part = await open(`${path}.part`, 'wx', 0o600);
  try {
    await part.writeFile(stored);
    if (durably) await part.sync();
  } finally {
    await part.close();
  }
  await rename(`${path}.part`, path);
  if (durably) await syncDirectory(dirname(path));
}
