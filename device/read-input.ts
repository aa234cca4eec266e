/** What a person hands over as a file or on standard input, bounded while it is read. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { err, ok, type Result } from '../shared/result.ts';

/** Logs and answers, never packages. */
export const INPUT_MAX_BYTES = 16 * 1024 * 1024;

export type InputFailure =
  | { readonly reason: 'input-unreadable'; readonly path: string; readonly why: string }
  | { readonly reason: 'input-too-large'; readonly path: string; readonly maxBytes: number }
  | { readonly reason: 'interrupted' };

export type ReadInput = (path: string, signal?: AbortSignal) => Promise<Result<Buffer, InputFailure>>;

/** `-` is standard input. */
export function inputReader(stdin: Readable): ReadInput {
  return async function readInput(path, signal) {
    const source = path === '-' ? stdin : createReadStream(path);
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    const stop = () => source.destroy();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for await (const part of source) {
        parts.push(Buffer.from(part));
        sizeBytes += part.length;
        if (sizeBytes > INPUT_MAX_BYTES) {
          source.destroy();
          return err({ reason: 'input-too-large', path, maxBytes: INPUT_MAX_BYTES });
        }
      }
      return ok(Buffer.concat(parts));
    } catch (error) {
      if (signal?.aborted) return err({ reason: 'interrupted' });
      return err({ reason: 'input-unreadable', path, why: whyOf(error) });
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  };
}

function whyOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'this user may not read it',
    EISDIR: 'it is a directory',
  };
  return words[code] ?? code;
}
