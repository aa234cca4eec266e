/** Whether a path is a directory of this user's, and no link to another's. */
import { lstat, mkdtemp, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './error-code.ts';

export type ShownOwner = (parent: string) => Promise<number | null>;

/** A mount of FAT with `uid=1000` shows everything as that user's, also what root has just made. */
export async function isOwnDirectory(
  path: string,
  ownerOfNew: ShownOwner = ownerOfNewDirectory,
): Promise<boolean> {
  try {
    const found = await lstat(path);
    if (!found.isDirectory()) return false;
    return found.uid === process.getuid?.() || found.uid === (await ownerOfNew(dirname(path)));
  } catch (error) {
    codeOf(error);
    return false;
  }
}

/** Who a directory that we make there belongs to, as its mount shows it; null where we may make none. */
async function ownerOfNewDirectory(parent: string): Promise<number | null> {
  try {
    const made = await mkdtemp(join(parent, '.cistern-owner-'));
    const { uid } = await lstat(made);
    await rmdir(made);
    return uid;
  } catch (error) {
    codeOf(error);
    return null;
  }
}
