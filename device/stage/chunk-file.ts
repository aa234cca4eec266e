/**
 * One chunk as it lies in the stage: read, decompressed and hashed, every time. Its name and its length prove
 * nothing (ota 3, parts whose size was taken for their content).
 */
import { hash } from 'node:crypto';
import { constants as fsConstants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { constants as zlibConstants, zstdDecompressSync } from 'node:zlib';
import { type ChunkReference, chunkPath } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { codeOf } from './error-code.ts';
import { ZSTD_WINDOW_LOG_MAX } from './limits.ts';

export type WantedChunk = Pick<ChunkReference, 'id' | 'sizeBytes'>;

export type ChunkDefect =
  | { readonly reason: 'chunk-missing' }
  | {
      readonly reason: 'chunk-content-wrong';
      readonly why: 'not-a-file' | 'stored-size' | 'not-zstd' | 'size' | 'hash';
    }
  | { readonly reason: 'chunk-unreadable'; readonly code: string };

/** `bytes` are alone in their memory: whoever has looked at them gives it back (`shared/give-back.ts`). */
export type VerifiedChunk = { readonly bytes: Uint8Array; readonly storedBytes: number };

/** The chunk's content, which hashes to its id. */
export async function readChunk(
  directory: string,
  chunk: WantedChunk,
): Promise<Result<VerifiedChunk, ChunkDefect>> {
  const stored = await readStored(join(directory, chunkPath(chunk.id)));
  if (!stored.ok) return stored;
  const verified = verifyChunk(stored.value, chunk);
  giveBack(stored.value);
  return verified;
}

/** The same of stored bytes from anywhere. */
export function verifyChunk(stored: Uint8Array, chunk: WantedChunk): Result<VerifiedChunk, ChunkDefect> {
  const bytes = decompress(stored, chunk.sizeBytes);
  if (!bytes.ok) return bytes;
  const defect = defectOf(bytes.value, chunk);
  if (defect !== null) {
    giveBack(bytes.value);
    return wrong(defect);
  }
  return ok({ bytes: bytes.value, storedBytes: stored.length });
}

/** Whether stored bytes are that chunk; what they hold is not kept. */
export function checkChunk(stored: Uint8Array, chunk: WantedChunk): Result<void, ChunkDefect> {
  const verified = verifyChunk(stored, chunk);
  if (!verified.ok) return verified;
  giveBack(verified.value.bytes);
  return ok();
}

function defectOf(bytes: Uint8Array, { id, sizeBytes }: WantedChunk): 'size' | 'hash' | null {
  if (bytes.length !== sizeBytes) return 'size';
  return hash('sha256', bytes) === id ? null : 'hash';
}

/** A chunk's file as it lies there, bounded in size, alone in its memory; whether it is right is not known yet. */
export async function readStored(path: string): Promise<Result<Uint8Array, ChunkDefect>> {
  let handle: FileHandle | undefined;
  try {
    // Neither a pipe nor a device may keep it waiting.
    handle = await open(path, fsConstants.O_RDONLY | fsConstants.O_NOFOLLOW | fsConstants.O_NONBLOCK);
    const found = await handle.stat();
    if (!found.isFile()) return wrong('not-a-file');
    if (found.size > CHUNK_STORED_MAX_BYTES) return wrong('stored-size');
    return ok(await readUpTo(handle, found.size));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return err({ reason: 'chunk-missing' });
    if (code === 'ELOOP' || code === 'EISDIR') return wrong('not-a-file');
    return err({ reason: 'chunk-unreadable', code });
  } finally {
    await handle?.close();
  }
}

/** From the beginning of a file, alone in its memory; shorter where the file is. */
export async function readUpTo(handle: FileHandle, sizeBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  for (let done = 0; done < sizeBytes; ) {
    const { bytesRead } = await handle.read(bytes, done, sizeBytes - done, done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}

/** At once, on this thread: a chunk takes a millisecond, and half the work of doing it through the thread pool. */
function decompress(stored: Uint8Array, sizeBytes: number): Result<Uint8Array, ChunkDefect> {
  try {
    const bytes = zstdDecompressSync(stored, {
      maxOutputLength: sizeBytes,
      // One output buffer instead of many of 16 KiB.
      chunkSize: Math.max(sizeBytes, 64),
      params: { [zlibConstants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
    });
    return ok(bytes);
  } catch (error) {
    return wrong(codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? 'size' : 'not-zstd');
  }
}

function wrong(
  why: Extract<ChunkDefect, { reason: 'chunk-content-wrong' }>['why'],
): Result<never, ChunkDefect> {
  return err({ reason: 'chunk-content-wrong', why });
}
