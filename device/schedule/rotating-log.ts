/** A log on disk that never grows beyond its bound: cistern.log, and the ones before it as .1 and .2. */
import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { LOG_FILE_MAX_BYTES, LOG_FILES_MAX } from './limits.ts';

export type LogFailure = { readonly reason: 'log-not-written'; readonly path: string; readonly why: string };

export function logPath(stateDir: string): string {
  return join(stateDir, 'log', 'cistern.log');
}

/** `maxBytes` counts the file that is written to; a line that would lead beyond it begins a new one. */
export async function appendToLog(
  stateDir: string,
  line: string,
  { maxBytes = LOG_FILE_MAX_BYTES }: { readonly maxBytes?: number } = {},
): Promise<Result<void, LogFailure>> {
  const path = logPath(stateDir);
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    const sizeBytes = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    if (sizeBytes > 0 && sizeBytes + Buffer.byteLength(line) + 1 > maxBytes) await rotate(path);
    await appendFile(path, `${line}\n`, { mode: 0o600, flush: true });
    return ok();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return err({ reason: 'log-not-written', path, why: String(error.code) });
  }
}

/** All of it that is still there, oldest first; null where nothing was ever told. */
export async function readLog(stateDir: string): Promise<string | null> {
  const path = logPath(stateDir);
  const names = Array.from({ length: LOG_FILES_MAX }, (_, age) => (age === 0 ? path : `${path}.${age}`));
  const texts = await Promise.all(names.map((name) => readFile(name, 'utf8').catch(() => '')));
  const whole = texts.reverse().join('');
  return whole === '' ? null : whole;
}

async function rotate(path: string): Promise<void> {
  for (let number = LOG_FILES_MAX - 1; number >= 1; number--) {
    const from = number === 1 ? path : `${path}.${number - 1}`;
    await rename(from, `${path}.${number}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
