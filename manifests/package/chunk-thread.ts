/** A thread of `chunk-writer.ts`: names each chunk by its hash, compresses it and writes it down, one after the other. */
import { hash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { zstdCompressSync } from 'node:zlib';
import { chunkPath } from '../../shared/caibx.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import type { StoredChunk, WriteAnswer, WriteOrder } from './chunk-writer.ts';

const directory = String(workerData);
const storedBytesById = new Map<string, number>();
const made = new Set<string>();

parentPort?.on('message', ({ ticket, content }: WriteOrder) => {
  const answer: WriteAnswer = { ticket, ...write(content) };
  parentPort?.postMessage(answer);
});

function write(content: Uint8Array): StoredChunk | { readonly why: string } {
  const id = hash('sha256', content);
  try {
    const storedBytes = storedBytesById.get(id) ?? store(id, content);
    storedBytesById.set(id, storedBytes);
    return { id, storedBytes };
  } catch (error) {
    return { why: error instanceof Error ? error.message : 'unknown error' };
  }
}

/** Appears whole or not at all; another thread may write the same chunk at the same time. */
function store(id: string, content: Uint8Array): number {
  const path = join(directory, chunkPath(id));
  const parent = dirname(path);
  if (!made.has(parent)) {
    mkdirSync(parent, { recursive: true });
    made.add(parent);
  }
  // One output buffer instead of many of 16 KiB.
  const stored = zstdCompressSync(content, { chunkSize: CHUNK_STORED_MAX_BYTES });
  writeFileSync(`${path}.part${threadId}`, stored);
  renameSync(`${path}.part${threadId}`, path);
  return stored.length;
}
