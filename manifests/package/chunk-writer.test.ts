import { hash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHUNKS_IN_FLIGHT } from '../limits.ts';
import { openChunkStore } from './chunk-store.ts';
import type { ChunkWriter } from './chunk-writer.ts';

let scratch: string;
let writer: ChunkWriter;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'chunk-writer-'));
});
afterEach(() => writer.end());
afterAll(() => rm(scratch, { recursive: true }));

const chunkOf = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + seed, 0x9e3779b9) >>> 13) & 0xff);

describe('a chunk writer', () => {
  it('keeps each chunk under its id as a zstd frame, however many come after each other', async () => {
    const store = openChunkStore(join(scratch, 'many'));
    writer = store.beginWriting();
    const contents = Array.from({ length: 3 * CHUNKS_IN_FLIGHT }, (_, i) => chunkOf(i, 1000 + 37 * i));
    const reused = new Uint8Array(10_000);
    const putting = [];
    for (const content of contents) {
      await writer.room();
      reused.set(content);
      putting.push(writer.put(hash('sha256', content), reused.subarray(0, content.length)));
    }
    const stored = await Promise.all(putting);
    for (const [i, storedBytes] of stored.entries()) {
      const content = contents[i] ?? new Uint8Array();
      const frame = await store.get(hash('sha256', content));
      expect(frame.length).toBe(storedBytes);
      expect(Buffer.compare(zstdDecompressSync(frame), content)).toBe(0);
    }
  });

  it('leaves nothing in the store but chunks', async () => {
    const directory = join(scratch, 'alone');
    writer = openChunkStore(directory).beginWriting();
    const id = hash('sha256', chunkOf(7, 200_000));
    await writer.put(id, chunkOf(7, 200_000));
    const files = (await readdir(directory, { recursive: true })).filter((name) => name.includes('.'));
    expect(files).toEqual([`${id.slice(0, 4)}/${id}.cacnk`]);
  });

  it('says what the filesystem said where nothing can be written, and goes on', async () => {
    const directory = join(scratch, 'a-file');
    await writeFile(directory, '');
    writer = openChunkStore(directory).beginWriting();
    await expect(writer.put('a'.repeat(64), chunkOf(1, 10))).rejects.toThrow('ENOTDIR');
    await expect(writer.put('b'.repeat(64), chunkOf(2, 10))).rejects.toThrow('ENOTDIR');
    await writer.room();
  });
});
