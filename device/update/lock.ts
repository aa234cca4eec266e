/** One updater at a time per modem (P8): a lock file with the owner's process id, made exclusively. */
import { mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';

export type LockFailure =
  | { readonly reason: 'another-updater-runs'; readonly pid: number; readonly path: string }
  | { readonly reason: 'lock-not-written'; readonly path: string; readonly why: string };

export type Lock = { readonly release: () => Promise<void> };

export type ProcessTable = {
  readonly ownPid: number;
  readonly isAlive: (pid: number) => boolean;
};

/** Takes the lock; one left by a process that is gone is taken over, once. */
export async function takeLock(
  stateDir: string,
  modemKey: string,
  processes: ProcessTable,
): Promise<Result<Lock, LockFailure>> {
  const path = join(stateDir, 'locks', `${modemKey}.lock`);
  await mkdir(join(stateDir, 'locks'), { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < 2; attempt++) {
    const created = await createLock(path, processes.ownPid);
    if (created !== 'EEXIST') {
      return created === null
        ? ok({ release: () => unlink(path).catch(ignoreMissing) })
        : err({ reason: 'lock-not-written', path, why: created });
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (Number.isInteger(pid) && pid > 0 && pid !== processes.ownPid && processes.isAlive(pid)) {
      return err({ reason: 'another-updater-runs', pid, path });
    }
    await unlink(path).catch(ignoreMissing);
  }
  return err({ reason: 'lock-not-written', path, why: 'EEXIST' });
}

async function createLock(path: string, pid: number): Promise<string | null> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(String(pid));
    await file.sync();
    await file.close();
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

export const systemProcesses: ProcessTable = {
  ownPid: process.pid,
  isAlive: (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
};
