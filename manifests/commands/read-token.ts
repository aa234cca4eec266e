/** The operator's token, from the file it was made in. */
import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';

type TokenFailure = { readonly reason: 'file-unreadable'; readonly path: string; readonly why: string };

export async function readToken(path: string): Promise<Result<string, TokenFailure>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => error);
  if (text instanceof Error) return err({ reason: 'file-unreadable', path, why: text.message });
  const token = text.trim();
  if (!/^[\x21-\x7e]{16,512}$/.test(token))
    return err({ reason: 'file-unreadable', path, why: 'it holds no token' });
  return ok(token);
}
