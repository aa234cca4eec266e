import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProcessTable, systemProcesses, takeLock } from './lock.ts';
import { temporaryDirectory } from './test-attempt.ts';

const KEY = 'tcp-127.0.0.1-9008';
const pathOf = (stateDir: string) => join(stateDir, 'locks', `${KEY}.lock`);
const processes = (ownPid: number, ...alive: readonly number[]): ProcessTable => ({
  ownPid,
  isAlive: (pid) => alive.includes(pid),
});

async function withLock(text: string) {
  const stateDir = await temporaryDirectory();
  await mkdir(join(stateDir, 'locks'));
  await writeFile(pathOf(stateDir), text);
  return stateDir;
}

describe('the lock of a modem', () => {
  it('holds the id of its owner, and is gone when it is released', async () => {
    const stateDir = await temporaryDirectory();
    const lock = await takeLock(stateDir, KEY, processes(100));
    expect(await readFile(pathOf(stateDir), 'utf8')).toBe('100');
    if (lock.ok) await lock.value.release();
    await expect(readFile(pathOf(stateDir))).rejects.toThrow('ENOENT');
  });

  it('is refused while its owner lives, and names it', async () => {
    const stateDir = await temporaryDirectory();
    await takeLock(stateDir, KEY, processes(100));
    expect(await takeLock(stateDir, KEY, processes(200, 100))).toEqual({
      ok: false,
      failure: { reason: 'another-updater-runs', pid: 100, path: pathOf(stateDir) },
    });
    expect(await readFile(pathOf(stateDir), 'utf8')).toBe('100');
  });

  it.each([
    ['a process that is gone', '100'],
    ['this very process id, after a reboot', '200'],
    ['a power cut before it was written', ''],
    ['something else', 'not a number'],
    ['no process', '-1'],
  ])('left by %s is taken over', async (_, text) => {
    const stateDir = await withLock(text);
    expect((await takeLock(stateDir, KEY, processes(200, 200, -1, 0))).ok).toBe(true);
    expect(await readFile(pathOf(stateDir), 'utf8')).toBe('200');
  });

  it('does not keep another modem waiting', async () => {
    const stateDir = await temporaryDirectory();
    await takeLock(stateDir, KEY, processes(100));
    expect((await takeLock(stateDir, 'tcp-127.0.0.1-9108', processes(200, 100))).ok).toBe(true);
  });

  it('can be released twice', async () => {
    const lock = await takeLock(await temporaryDirectory(), KEY, processes(100));
    if (!lock.ok) throw new Error(lock.failure.reason);
    await lock.value.release();
    await expect(lock.value.release()).resolves.toBeUndefined();
  });

  it('that cannot be written says why', async () => {
    const stateDir = await temporaryDirectory();
    const key = 'x'.repeat(300);
    expect(await takeLock(stateDir, key, processes(100))).toMatchObject({
      ok: false,
      failure: { reason: 'lock-not-written', why: 'ENAMETOOLONG' },
    });
  });
});

describe('the processes of this machine', () => {
  it('know that this one lives, that another does, and that one which cannot be does not', () => {
    expect(systemProcesses.isAlive(process.pid)).toBe(true);
    expect(systemProcesses.isAlive(process.ppid)).toBe(true);
    expect(systemProcesses.isAlive(2 ** 22 + 1)).toBe(false);
  });
});
