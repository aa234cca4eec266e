/** Updates that were broken off, on any modem of this machine: what a boot or a modem in EDL asks for. */
import { attemptsIn, isUnfinished } from '../update/journal.ts';
import { JOURNALS_MAX } from './limits.ts';

/** How each modem was named then; null where its journal cannot be read, which the updater then says. */
export async function unfinishedAttempts(stateDir: string): Promise<readonly (string | null)[]> {
  const attempts = await attemptsIn(stateDir);
  return attempts.slice(0, JOURNALS_MAX).flatMap((attempt) => {
    if (!attempt.ok) return [null];
    return isUnfinished(attempt.value) ? [attempt.value.where] : [];
  });
}
