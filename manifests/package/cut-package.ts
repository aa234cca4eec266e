/** Reads a package once, front to back, and leaves its chunks in a store: tar, cut, hash, compress. */
import { createHash, type Hash, hash } from 'node:crypto';
import { type ChunkReference, encodeIndex } from '../../shared/caibx.ts';
import {
  CHUNK_AVERAGE_BYTES,
  CHUNK_MAX_BYTES,
  CHUNK_MIN_BYTES,
  PACKAGE_MAX_CHUNKS,
} from '../../shared/limits.ts';
import type { PackageSource } from '../../shared/package/source.ts';
import type { PackageFile } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ChunkStore } from './chunk-store.ts';
import { type ChunkSizes, createChunker } from './fastcdc.ts';
import { layOutTar, tarBytes } from './tar.ts';

export const CHUNK_SIZES: ChunkSizes = {
  minBytes: CHUNK_MIN_BYTES,
  averageBytes: CHUNK_AVERAGE_BYTES,
  maxBytes: CHUNK_MAX_BYTES,
};

export type CutPackage = {
  readonly files: readonly PackageFile[];
  /** The casync index, encoded. */
  readonly index: Uint8Array<ArrayBuffer>;
  readonly sizeBytes: number;
  /** SHA-256 of the whole tar. */
  readonly sha256: string;
  readonly chunkCount: number;
  /** Each chunk once, in the order of its first use, with its compressed size in bytes. */
  readonly storedBytesById: ReadonlyMap<string, number>;
};

export type CutFailure =
  | { readonly reason: 'package-changed-while-read'; readonly why: string }
  | { readonly reason: 'package-too-many-chunks'; readonly maxChunks: number }
  | { readonly reason: 'chunk-store-unwritable'; readonly why: string };

export type CutProgress = (doneBytes: number, totalBytes: number) => void;

/** Memory held is bounded by CHUNKS_IN_FLIGHT chunks and the index, however large the package. */
export async function cutPackage(
  source: PackageSource,
  store: ChunkStore,
  onProgress: CutProgress,
  signal: AbortSignal,
): Promise<Result<CutPackage, CutFailure>> {
  const layout = layOutTar(source.files);
  const whole = createHash('sha256');
  const fileHashes = new Map<string, Hash>(source.files.map(({ path }) => [path, createHash('sha256')]));
  const chunker = createChunker(CHUNK_SIZES);
  const writer = store.beginWriting();
  const chunks: ChunkReference[] = [];
  const storedBytesById = new Map<string, number>();
  const inFlight = new Set<Promise<void>>();
  let doneBytes = 0;
  let storeFailure: CutFailure | null = null;

  const keep = async (view: Uint8Array) => {
    const id = hash('sha256', view, 'hex');
    chunks.push({ id, offsetBytes: doneBytes, sizeBytes: view.length });
    doneBytes += view.length;
    onProgress(doneBytes, layout.sizeBytes);
    if (storedBytesById.has(id)) return;
    storedBytesById.set(id, 0);
    // The view is the chunker's until the next is asked for: it is put before that, and not waited for.
    await writer.room();
    const storing = writer
      .put(id, view)
      .then((stored) => void storedBytesById.set(id, stored))
      .catch((error) => {
        storeFailure = { reason: 'chunk-store-unwritable', why: sentenceOf(error) };
      })
      .finally(() => inFlight.delete(storing));
    inFlight.add(storing);
  };

  try {
    for await (const bytes of tarBytes(source, (path, part) => fileHashes.get(path)?.update(part))) {
      signal.throwIfAborted();
      whole.update(bytes);
      for (const content of chunker.push(bytes)) await keep(content);
      if (storeFailure !== null) return err(storeFailure);
      if (chunks.length > PACKAGE_MAX_CHUNKS)
        return err({ reason: 'package-too-many-chunks', maxChunks: PACKAGE_MAX_CHUNKS });
    }
    for (const content of chunker.finish()) await keep(content);
  } catch (error) {
    signal.throwIfAborted();
    return err({ reason: 'package-changed-while-read', why: sentenceOf(error) });
  } finally {
    await Promise.all(inFlight);
    await writer.end();
  }
  if (storeFailure !== null) return err(storeFailure);

  return ok({
    files: layout.files.map((file) => ({ ...file, sha256: fileHashes.get(file.path)?.digest('hex') ?? '' })),
    index: encodeIndex({ ...CHUNK_SIZES, chunks }),
    sizeBytes: doneBytes,
    sha256: whole.digest('hex'),
    chunkCount: chunks.length,
    storedBytesById,
  });
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
