/** Whether a path is a directory of this user's, and no link to another's. */
import { lstat } from 'node:fs/promises';
import { codeOf } from './error-code.ts';

export async function isOwnDirectory(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isDirectory() && found.uid === process.getuid?.();
  } catch (error) {
    codeOf(error);
    return false;
  }
}
