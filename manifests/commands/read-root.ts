/** The root of trust a repository is judged from. */
import { readFile } from 'node:fs/promises';
import { ROOT_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';

type RootFailure = { readonly reason: 'file-unreadable'; readonly path: string; readonly why: string };

export async function readRoot(path: string): Promise<Result<string, RootFailure>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => error);
  if (text instanceof Error) return err({ reason: 'file-unreadable', path, why: text.message });
  if (text.length > ROOT_MAX_BYTES) return err({ reason: 'file-unreadable', path, why: 'it is too large' });
  return ok(text);
}
