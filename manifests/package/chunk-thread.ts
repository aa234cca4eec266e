/**
 * A thread of `chunk-writer.ts`: compresses chunks and writes them down, one after the other. Imports nothing of the
 * project: what a thread loads, it loads while chunks wait.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { zstdCompressSync } from 'node:zlib';
import type { ThreadTask, WriteAnswer, WriteOrder } from './chunk-writer.ts';

const { frameMaxBytes } = workerData as ThreadTask;

parentPort?.on('message', ({ ticket, path, content }: WriteOrder) => {
  const answer: WriteAnswer = { ticket, ...write(path, content) };
  parentPort?.postMessage(answer);
});

/** The file appears whole or not at all. */
function write(
  path: string,
  content: Uint8Array,
): { readonly storedBytes: number } | { readonly why: string } {
  try {
    // One output buffer instead of many of 16 KiB.
    const stored = zstdCompressSync(content, { chunkSize: frameMaxBytes });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, stored);
    renameSync(`${path}.part`, path);
    return { storedBytes: stored.length };
  } catch (error) {
    return { why: error instanceof Error ? error.message : 'unknown error' };
  }
}
