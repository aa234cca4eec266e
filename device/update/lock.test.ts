import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProcessTable, systemProcesses } from '../process-table.ts';
import { takeLock } from './lock.ts';
import { temporaryDirectory } from './test-attempt.ts';

const KEY = 'tcp-127.0.0.1-9008';
const pathOf = (stateDir: string) => join(stateDir, 'locks', `${KEY}.lock`);
const BOOT = 'boot-2';
/** Processes that live, each begun at its id times ten. */
const processes = (ownPid: number, ...alive: readonly number[]): ProcessTable => ({
  ownPid,
  isAlive: (pid) => pid === ownPid || alive.includes(pid),
  bootId: () => BOOT,
  startTimeOf: (pid) => String(pid * 10),
});
const ownedBy = (pid: number, boot = BOOT, start = String(pid * 10)) => `${pid} ${boot} ${start}\n`;

async function withLock(text: string) {
  const stateDir = await temporaryDirectory();
  await mkdir(join(stateDir, 'locks'));
  await writeFile(pathOf(stateDir), text);
  return stateDir;
}

describe('the lock of a modem', () => {
  it('holds its owner, and is gone when it is released', async () => {
    const stateDir = await temporaryDirectory();
    const lock = await takeLock(stateDir, KEY, processes(100));
    expect(await readFile(pathOf(stateDir), 'utf8')).toBe(ownedBy(100));
    if (lock.ok) await lock.value.release();
    expect(await readdir(join(stateDir, 'locks'))).toEqual([]);
  });

  it.each([
    ['is refused while its owner lives', ownedBy(100)],
    ['is refused where the kernel does not say when its owner began', '100 - -\n'],
  ])('%s, and names it', async (_, text) => {
    const stateDir = await withLock(text);
    expect(await takeLock(stateDir, KEY, processes(200, 100))).toEqual({
      ok: false,
      failure: { reason: 'another-updater-runs', pid: 100, path: pathOf(stateDir) },
    });
    expect(await readFile(pathOf(stateDir), 'utf8')).toBe(text);
  });

  it.each([
    ['a process that is gone', ownedBy(90)],
    ['a process of another boot whose id a program has now', ownedBy(100, 'boot-1')],
    ['a process that is gone, whose id a younger program has now', ownedBy(100, BOOT, '7')],
    ['this very process id, before a reboot', ownedBy(200, 'boot-1')],
    ['an updater that wrote its process id alone', '100'],
    ['a power cut before it was written', ''],
    ['something else', 'not a number'],
    ['no process', '-1 - -\n'],
  ])('left by %s is taken over', async (_, text) => {
    const stateDir = await withLock(text);
    expect((await takeLock(stateDir, KEY, processes(200, 100, -1, 0))).ok).toBe(true);
    expect(await readFile(pathOf(stateDir), 'utf8')).toBe(ownedBy(200));
    expect(await readdir(join(stateDir, 'locks'))).toEqual([`${KEY}.lock`]);
  });

  it('is taken over where somebody died in the middle of taking it over, too', async () => {
    const stateDir = await withLock(ownedBy(90));
    await writeFile(`${pathOf(stateDir)}.takeover`, ownedBy(91));
    expect((await takeLock(stateDir, KEY, processes(200))).ok).toBe(true);
    expect(await readdir(join(stateDir, 'locks'))).toEqual([`${KEY}.lock`]);
  });

  it.each([
    ['stale', ownedBy(90)],
    ['cut off', ''],
    ['no', null],
  ])('is won by exactly one of fifty who find %s lock', async (_, text) => {
    for (let round = 0; round < 5; round++) {
      const stateDir = text === null ? await temporaryDirectory() : await withLock(text);
      const pids = Array.from({ length: 50 }, (_, index) => 1000 + index);
      const taken = await Promise.all(pids.map((pid) => takeLock(stateDir, KEY, processes(pid, ...pids))));
      const winners = pids.filter((_, index) => taken[index]?.ok);
      expect(winners).toHaveLength(1);
      expect(await readFile(pathOf(stateDir), 'utf8')).toBe(ownedBy(winners[0] ?? 0));
    }
  });

  it('does not keep another modem waiting', async () => {
    const stateDir = await temporaryDirectory();
    await takeLock(stateDir, KEY, processes(100));
    expect((await takeLock(stateDir, 'tcp-127.0.0.1-9108', processes(200, 100))).ok).toBe(true);
  });

  it('can be released twice, the second time without effect on whoever has it then', async () => {
    const stateDir = await temporaryDirectory();
    const lock = await takeLock(stateDir, KEY, processes(100));
    if (!lock.ok) throw new Error(lock.failure.reason);
    await lock.value.release();
    await takeLock(stateDir, KEY, processes(200));
    await lock.value.release();
    expect(await readFile(pathOf(stateDir), 'utf8')).toBe(ownedBy(200));
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

  it('tell one that has the id of another apart by its start', async () => {
    const child = spawn('sleep', ['60']);
    try {
      await once(child, 'spawn');
      const [ours, its] = [process.pid, child.pid ?? 0].map(systemProcesses.startTimeOf);
      expect(Number(its)).toBeGreaterThan(Number(ours));
      expect(systemProcesses.startTimeOf(process.pid)).toBe(ours);
      expect(systemProcesses.startTimeOf(2 ** 22 + 1)).toBeNull();
      expect(systemProcesses.bootId()).toMatch(/^[0-9a-f-]{36}$/);
    } finally {
      child.kill();
    }
  });
});
