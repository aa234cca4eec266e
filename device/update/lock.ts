/**
 * One updater at a time per modem (P8): a lock file that says which process holds it. It outlives a power cut, after
 * which its process id may be another program's: boot and start time tell the two apart.
 */
import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { livingOwner, ownerText, type ProcessTable } from '../process-table.ts';
import { codeOf } from '../stage/error-code.ts';
import { LOCK_ATTEMPTS_MAX, LOCK_GUARDS_MAX } from './limits.ts';

export type LockFailure =
  | { readonly reason: 'another-updater-runs'; readonly pid: number; readonly path: string }
  | { readonly reason: 'lock-not-written'; readonly path: string; readonly why: string };

export type Lock = { readonly release: () => Promise<void> };

/** Takes the lock; one left by a process that is gone is taken over, by exactly one of those who try. */
export async function takeLock(
  stateDir: string,
  modemKey: string,
  processes: ProcessTable,
): Promise<Result<Lock, LockFailure>> {
  const directory = join(stateDir, 'locks');
  const path = join(directory, `${modemKey}.lock`);
  // Put in place complete, by its second name: nobody reads a lock that is half written.
  const ours = join(directory, `.${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(ours, ownerText(processes), { mode: 0o600, flag: 'wx' });
    return await placeLock({ path, ours, guards: 0 }, processes);
  } catch (error) {
    return err({ reason: 'lock-not-written', path, why: codeOf(error) });
  } finally {
    await unlink(ours).catch(ignoreMissing);
  }
}

type Placing = {
  readonly path: string;
  /** The file to be put there. */
  readonly ours: string;
  readonly guards: number;
};

async function placeLock(placing: Placing, processes: ProcessTable): Promise<Result<Lock, LockFailure>> {
  const { path, ours } = placing;
  for (let attempt = 0; attempt < LOCK_ATTEMPTS_MAX; attempt++) {
    if (await linkNew(ours, path)) return ok(lockAt(path));
    const text = await readFile(path, 'utf8').catch(ignoreMissing);
    if (text === undefined) continue;
    const pid = livingOwner(text, processes);
    if (pid !== null) return err({ reason: 'another-updater-runs', pid, path });
    const taken = await takeOver(text, placing, processes);
    if (!taken.ok || taken.value !== null) return taken as Result<Lock, LockFailure>;
  }
  return err({ reason: 'lock-not-written', path, why: 'EEXIST' });
}

/**
 * Replaces a lock whose owner is gone, while no other taker may: what is there then is what was judged, or somebody
 * was quicker and null is the answer. The guard is a lock too, and is taken over where its owner died with it; who is
 * refused by it is refused by the one that gets the modem.
 */
async function takeOver(
  judged: string,
  { path, ours, guards }: Placing,
  processes: ProcessTable,
): Promise<Result<Lock | null, LockFailure>> {
  if (guards === LOCK_GUARDS_MAX) return err({ reason: 'lock-not-written', path, why: 'EEXIST' });
  const guard = await placeLock({ path: `${path}.takeover`, ours, guards: guards + 1 }, processes);
  if (!guard.ok) return guard;
  try {
    const text = await readFile(path, 'utf8').catch(ignoreMissing);
    if (text !== judged) return ok(null);
    const copy = `${ours}-${guards}`;
    await copyFile(ours, copy);
    await rename(copy, path);
    return ok(lockAt(path));
  } finally {
    await guard.value.release();
  }
}

/** Whether the file got its new name: false where one of that name is there. */
async function linkNew(file: string, path: string): Promise<boolean> {
  try {
    await link(file, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!LINKLESS.has(codeOf(error))) throw error;
  }
  // FAT has no second names.
  return copyFile(file, path, constants.COPYFILE_EXCL).then(
    () => true,
    (error) => {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    },
  );
}

/** What link(2) answers where the file system cannot. */
const LINKLESS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

function lockAt(path: string): Lock {
  let isHeld = true;
  const release = async () => {
    // A second time it may be somebody else's.
    if (!isHeld) return;
    isHeld = false;
    await unlink(path).catch(ignoreMissing);
  };
  return { release };
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
