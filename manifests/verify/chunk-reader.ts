/**
 * Verified chunks of a repository. Releases share most of theirs, so what was fetched lies on disk for the next one, up
 * to a bound: an audit needs no more memory than a few chunks, and no more disk than that, however many releases.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChunkReference } from '../../shared/caibx.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import type { HttpFailure } from '../http/client.ts';
import { AUDIT_SPOOL_MAX_BYTES } from '../limits.ts';
import { contentOfChunk } from '../package/check-chunk.ts';
import { ChunkIds } from '../package/chunk-ids.ts';
import { chunkUrl } from '../repository/addresses.ts';
import type { Get } from '../repository/metadata-fetcher.ts';

export type Unreachable = Extract<HttpFailure, { reason: 'repository-unreachable' }>;

export type ReadChunk =
  | { readonly kind: 'content'; readonly content: Uint8Array }
  | { readonly kind: 'defective'; readonly id: string; readonly sentence: string }
  | { readonly kind: 'unreachable'; readonly failure: Unreachable };

export type ChunkReader = {
  readonly read: (chunk: ChunkReference) => Promise<ReadChunk>;
  /** Different chunks seen so far, and their stored bytes. */
  readonly seen: () => { readonly chunkCount: number; readonly storedBytes: number };
  readonly close: () => Promise<void>;
};

export async function openChunkReader(
  base: string,
  get: Get,
  maxSpoolBytes = AUDIT_SPOOL_MAX_BYTES,
): Promise<ChunkReader> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-verify-'));
  /** Sizes of what lies on disk; the order is that of their last use. */
  const spooled = new Map<string, number>();
  const known = new ChunkIds();
  let spooledBytes = 0;
  let storedBytes = 0;
  const pathOf = (id: string) => join(directory, id);

  const note = (id: string, bytes: number): void => {
    if (known.has(id)) return;
    known.add(id);
    storedBytes += bytes;
  };
  const readSpooled = async (id: string): Promise<Uint8Array | null> => {
    const size = spooled.get(id);
    if (size === undefined) return null;
    spooled.delete(id);
    spooled.set(id, size);
    // It may be evicted between the look and the read.
    return readFile(pathOf(id)).catch(() => null);
  };
  const spool = async (id: string, content: Uint8Array): Promise<void> => {
    if (spooled.has(id)) return;
    spooled.set(id, content.length);
    spooledBytes += content.length;
    await writeFile(pathOf(id), content);
    for (const [oldest, size] of spooled) {
      if (spooledBytes <= maxSpoolBytes) return;
      spooled.delete(oldest);
      spooledBytes -= size;
      await rm(pathOf(oldest), { force: true });
    }
  };

  return {
    async read(chunk) {
      const { id, sizeBytes } = chunk;
      const there = await readSpooled(id);
      if (there?.length === sizeBytes) return { kind: 'content', content: there };
      const defective = (sentence: string) => ({ kind: 'defective', id, sentence }) as const;
      const answer = await get(chunkUrl(base, id), CHUNK_STORED_MAX_BYTES);
      if (!answer.ok) {
        if (answer.failure.reason === 'repository-unreachable')
          return { kind: 'unreachable', failure: answer.failure };
        return defective(`Larger than ${CHUNK_STORED_MAX_BYTES} bytes.`);
      }
      const { status, body } = answer.value;
      note(id, status === 200 ? body.length : 0);
      if (status !== 200) return defective(`Not served: status ${status}.`);
      const content = await contentOfChunk(chunk, body);
      if (content === null) return defective('Its content is not what its id says.');
      await spool(id, content);
      return { kind: 'content', content };
    },
    seen: () => ({ chunkCount: known.size, storedBytes }),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
