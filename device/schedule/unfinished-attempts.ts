/** Updates that were broken off, on any modem of this machine: what a boot or a modem in EDL asks for. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isUnfinished, readAttempt } from '../update/journal.ts';
import { JOURNALS_MAX } from './limits.ts';

export type Unfinished = {
  readonly modemKey: string;
  /** How the modem was named then; null where its journal cannot be read, which the updater then says. */
  readonly where: string | null;
};

export async function unfinishedAttempts(stateDir: string): Promise<readonly Unfinished[]> {
  const names = await readdir(join(stateDir, 'journal')).catch(() => []);
  const keys = names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort()
    .slice(0, JOURNALS_MAX);
  const found: Unfinished[] = [];
  for (const modemKey of keys) {
    const attempt = await readAttempt(stateDir, modemKey);
    if (!attempt.ok) found.push({ modemKey, where: null });
    else if (attempt.value !== null && isUnfinished(attempt.value))
      found.push({ modemKey, where: attempt.value.where });
  }
  return found;
}
