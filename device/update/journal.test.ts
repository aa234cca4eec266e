import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { isUnfinished, Journal, journaledStages, journalPath, readAttempt, writeDurably } from './journal.ts';
import { JOURNAL_MAX_BYTES } from './limits.ts';
import { attempt, clock, NOW_MS, temporaryDirectory } from './test-attempt.ts';

const KEY = attempt().modemKey;
const proof = (directory: string) =>
  ({
    kind: 'disk',
    directory,
    inode: '12',
    mountId: 1,
    mountPoint: '/',
    device: '8:1',
    filesystem: 'ext4',
    typeNumber: 0xef53,
  }) as const;

async function openJournal(begin = attempt()) {
  const stateDir = await temporaryDirectory();
  const steps: UpdateStep[] = [];
  const journal = new Journal(journalPath(stateDir, KEY), begin, clock, (step) => steps.push(step));
  return { stateDir, journal, steps };
}

async function withText(text: string) {
  const stateDir = await temporaryDirectory();
  await mkdir(join(stateDir, 'journal'));
  await writeFile(journalPath(stateDir, KEY), text);
  return readAttempt(stateDir, KEY);
}

describe('a journal', () => {
  it('holds on disk what is about to be done, with the time, before anybody is told', async () => {
    const { stateDir, journal, steps } = await openJournal();
    expect((await journal.enter('resolved', { fetchedBytes: 7 })).ok).toBe(true);
    expect(await readAttempt(stateDir, KEY)).toEqual({
      ok: true,
      value: attempt({ step: 'resolved', fetchedBytes: 7, updatedAt: new Date(NOW_MS).toISOString() }),
    });
    expect(journal.attempt.step).toBe('resolved');
    expect(steps).toEqual(['resolved']);
  });

  it('notes facts without a new step', async () => {
    const { stateDir, journal, steps } = await openJournal(attempt({ step: 'programming' }));
    await journal.note({ programmedBytes: 2048 });
    expect(await readAttempt(stateDir, KEY)).toMatchObject({
      value: { step: 'programming', programmedBytes: 2048 },
    });
    expect(steps).toEqual([]);
  });

  it('may enter the step it is in again, and none that the table does not allow: that is a bug', async () => {
    const { journal } = await openJournal();
    expect((await journal.enter('identified')).ok).toBe(true);
    await expect(journal.enter('erasing')).rejects.toThrow('step erasing may not follow identified');
  });

  it('refuses to write what it could not read: that is a bug too', async () => {
    const { journal, stateDir } = await openJournal();
    await journal.enter('resolved');
    await expect(journal.note({ fetchedBytes: -1 })).rejects.toThrow();
    expect(await readAttempt(stateDir, KEY)).toMatchObject({ value: { fetchedBytes: 0 } });
  });

  it('says where it could not be written, and nobody is told of the step', async () => {
    const { stateDir, journal, steps } = await openJournal();
    await mkdir(`${journalPath(stateDir, KEY)}.new`, { recursive: true });
    expect(await journal.enter('resolved')).toEqual({
      ok: false,
      failure: { reason: 'journal-not-written', path: journalPath(stateDir, KEY), why: 'EISDIR' },
    });
    expect(steps).toEqual([]);
  });

  it('that could not be written did not begin: no erase is counted that was never sent', async () => {
    const { stateDir, journal } = await openJournal(attempt({ step: 'probing' }));
    await mkdir(`${journalPath(stateDir, KEY)}.new`, { recursive: true });
    expect((await journal.enter('erasing', { flashTouched: true, flashAttempts: 1 })).ok).toBe(false);
    expect(journal.attempt).toEqual(attempt({ step: 'probing' }));
  });

  it('that can no longer be written does not stop a flashing that has begun, and says so once', async () => {
    const stateDir = await temporaryDirectory();
    const unwritten: string[] = [];
    const begin = attempt({ step: 'erasing', flashTouched: true });
    const path = journalPath(stateDir, KEY);
    const journal = new Journal(
      path,
      begin,
      clock,
      () => {},
      ({ why }) => unwritten.push(why),
    );
    await mkdir(`${path}.new`, { recursive: true });
    expect((await journal.enter('programming', { programmedBytes: 2048 })).ok).toBe(true);
    expect((await journal.enter('reading-back')).ok).toBe(true);
    expect(journal.attempt).toMatchObject({ step: 'reading-back', programmedBytes: 2048 });
    expect(unwritten).toEqual(['EISDIR']);
    // Its end is a record that must be there: without it the next run goes on.
    expect(await journal.close()).toMatchObject({ ok: false, failure: { reason: 'journal-not-written' } });
  });

  it('lets nobody else read it', async () => {
    const { stateDir, journal } = await openJournal();
    await journal.enter('identified');
    expect((await stat(journalPath(stateDir, KEY))).mode & 0o077).toBe(0);
    expect((await stat(join(stateDir, 'journal'))).mode & 0o077).toBe(0);
  });
});

describe('reading a journal', () => {
  it('finds none where no update was ever begun', async () => {
    expect(await readAttempt(await temporaryDirectory(), KEY)).toEqual({ ok: true, value: null });
  });

  it('reads the old record where the power was cut while the new one was written', async () => {
    const { stateDir, journal } = await openJournal();
    await journal.enter('resolved');
    await writeFile(`${journalPath(stateDir, KEY)}.new`, '{"format":"cistern-jou');
    expect(await readAttempt(stateDir, KEY)).toMatchObject({ ok: true, value: { step: 'resolved' } });
    expect((await journal.enter('fetching')).ok).toBe(true);
    expect(await readAttempt(stateDir, KEY)).toMatchObject({ ok: true, value: { step: 'fetching' } });
  });

  it.each([
    ['nothing in it', ''],
    ['its end cut off', JSON.stringify(attempt()).slice(0, -9)],
    ['zeros', '\0'.repeat(400)],
    ['an unknown field', JSON.stringify({ ...attempt(), note: 1 })],
    ['an unknown field within the snapshot', JSON.stringify({ ...attempt(), snapshot: { imei: '1' } })],
    ['a field missing', JSON.stringify({ ...attempt(), flashTouched: undefined })],
    ['a step of another version', JSON.stringify({ ...attempt(), step: 'flashing' })],
    ['a version that is none', JSON.stringify({ ...attempt(), toVersion: 'EC25' })],
    ['a later format', JSON.stringify({ ...attempt(), format: 'cistern-journal/2' })],
    ['more than any record has', `${JSON.stringify(attempt())}${' '.repeat(JOURNAL_MAX_BYTES)}`],
  ])('refuses one with %s rather than to forget a modem that waits', async (_, text) => {
    expect(await withText(text)).toMatchObject({ ok: false, failure: { reason: 'journal-unreadable' } });
  });

  it('refuses one that cannot be opened', async () => {
    const stateDir = await temporaryDirectory();
    await mkdir(journalPath(stateDir, KEY), { recursive: true });
    expect(await readAttempt(stateDir, KEY)).toMatchObject({
      ok: false,
      failure: { reason: 'journal-unreadable', why: 'EISDIR' },
    });
  });
});

describe('stages that are still needed', () => {
  it('are those of unfinished attempts, of every modem', async () => {
    const stateDir = await temporaryDirectory();
    const keep = async (modemKey: string, step: UpdateStep, directory: string | null) => {
      const stage = directory === null ? null : proof(directory);
      await writeDurably(journalPath(stateDir, modemKey), JSON.stringify(attempt({ modemKey, step, stage })));
    };
    await keep('a', 'programming', '/mnt/a');
    await keep('b', 'reported', '/mnt/b');
    await keep('c', 'staged', '/mnt/c');
    await keep('d', 'entering-edl', '/mnt/d');
    await keep('e', 'erasing', null);
    await writeFile(journalPath(stateDir, 'f'), 'torn');
    await writeFile(`${journalPath(stateDir, 'g')}.new`, '');
    expect([...(await journaledStages(stateDir))].toSorted()).toEqual(['/mnt/a', '/mnt/d']);
  });

  it('are none where there is no journal', async () => {
    expect(await journaledStages(await temporaryDirectory())).toEqual([]);
  });

  it.each([
    ['staged', false],
    ['ready', false],
    ['entering-edl', true],
    ['erasing', true],
    ['confirming', true],
    ['reported', false],
  ] as const)('at step %s: %s', (step, unfinished) => {
    expect(isUnfinished(attempt({ step }))).toBe(unfinished);
  });
});

describe('a durable write', () => {
  it('replaces a file as a whole, bytes as they are, and leaves nothing beside it', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'deep', 'er', 'file');
    await writeDurably(path, 'a longer text that was there before');
    expect((await writeDurably(path, Uint8Array.of(0, 255, 10))).ok).toBe(true);
    expect([...(await readFile(path))]).toEqual([0, 255, 10]);
    expect(await readdir(join(directory, 'deep', 'er'))).toEqual(['file']);
  });

  it('keeps the old file where the new one cannot be put in its place', async () => {
    const path = join(await temporaryDirectory(), 'file');
    await writeDurably(path, 'old');
    await mkdir(`${path}.new`);
    expect(await writeDurably(path, 'new')).toMatchObject({ ok: false, failure: { why: 'EISDIR' } });
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});
