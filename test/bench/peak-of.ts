/** The most memory that a program had resident. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mustRun } from '../support/repository.ts';
import { UPDATE_TIMEOUT_MS } from './limits.ts';

/** In MB; `preload` is the bundled peak-memory.ts. Fails with the program. */
export async function peakOf(preload: string, args: readonly string[], scratch: string): Promise<number> {
  const peakFile = join(scratch, 'peak');
  await mustRun(['--import', pathToFileURL(preload).href, ...args], {
    environment: { PEAK_MEMORY_FILE: peakFile, CI: '1' },
    timeoutMs: UPDATE_TIMEOUT_MS,
  });
  return (Number(await readFile(peakFile, 'utf8')) * 1024) / 1e6;
}
