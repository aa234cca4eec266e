/**
 * A path as a system that has `rootDirectory` for its root would find it. An image's `/lib -> /usr/lib` must lead
 * into the image and never to the machine that builds it.
 */
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { LINKS_MAX } from './limits.ts';

export type InsideRootFailure = {
  readonly reason: 'schedule-not-written';
  readonly path: string;
  readonly why: string;
};

/** Follows the directories on the way; the last name is taken as it is, link or not. */
export async function insideRoot(
  rootDirectory: string,
  path: string,
): Promise<Result<string, InsideRootFailure>> {
  const waiting = path.split('/');
  const last = waiting.pop() ?? '';
  const walked: string[] = [];
  let links = 0;
  while (waiting.length > 0) {
    const name = waiting.shift() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      walked.pop();
      continue;
    }
    const target = await readlink(join(rootDirectory, ...walked, name)).catch(() => null);
    if (target === null) {
      walked.push(name);
      continue;
    }
    links++;
    if (links > LINKS_MAX) return err({ reason: 'schedule-not-written', path, why: 'ELOOP' });
    if (target.startsWith('/')) walked.length = 0;
    waiting.unshift(...target.split('/'));
  }
  return ok(join(rootDirectory, ...walked, last));
}
