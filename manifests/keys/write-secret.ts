/** A file with private keys: readable by its owner alone, never overwritten. */
import { writeFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';

export type SecretFailure =
  | { readonly reason: 'keys-exist'; readonly path: string }
  | { readonly reason: 'keys-unwritable'; readonly path: string; readonly why: string };

export async function writeSecret(path: string, text: string): Promise<Result<void, SecretFailure>> {
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx', flush: true });
    return ok();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return err(
      code === 'EEXIST' ? { reason: 'keys-exist', path } : { reason: 'keys-unwritable', path, why: message },
    );
  }
}
