import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../report/verdict.ts';
import { afterVerdict, givenUpHere, rememberEnd } from './failed-here.ts';
import { FAILED_RELEASES_MAX } from './limits.ts';

const OLD = 'EC25EUGAR06A05M4G_01.003.01.003';
const NEW = 'EC25EUGAR06A06M4G_01.004.01.004';
const OTHER = 'EC25EUGAR06A07M4G_01.001.01.001';
const KEY = 'usb-1-1.4';

let stateDir = '';
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'cistern-failed-'));
});
afterAll(() => rm(stateDir, { recursive: true, force: true }));

function verdict(changes: Partial<Verdict>): Verdict {
  return {
    format: 'cistern-verdict/1',
    id: '00000000-0000-4000-8000-000000000000',
    attemptId: '00000000-0000-4000-8000-000000000000',
    modemKey: KEY,
    model: 'quectel/ec25euga-m4g' as Verdict['model'],
    fromVersion: OLD,
    toVersion: NEW,
    outcome: 'unchanged',
    lastStep: 'probing',
    reason: 'geometry-differs',
    modemState: 'normal',
    what: '',
    state: '',
    next: '',
    startedAt: '2026-11-23T10:00:00.000Z',
    endedAt: '2026-11-23T10:05:00.000Z',
    fetchedBytes: 0,
    programmedBytes: 0,
    flashAttempts: 0,
    ...changes,
  };
}

const isGivenUp = async () => (await givenUpHere(stateDir, KEY, OLD)).includes(NEW);

describe('a release is left alone on a modem', () => {
  it('after it came to nothing in EDL three times, until it succeeds', async () => {
    for (const expected of [false, false, true]) {
      await rememberEnd(stateDir, verdict({}));
      expect(await isGivenUp()).toBe(expected);
    }
    await rememberEnd(stateDir, verdict({ outcome: 'updated', lastStep: 'confirming', reason: null }));
    expect(await isGivenUp()).toBe(false);
  });

  it('for what came to nothing before the first erase only as long as the modem runs what it ran then', async () => {
    for (const _ of [1, 2, 3]) await rememberEnd(stateDir, verdict({}));
    expect(await givenUpHere(stateDir, KEY, OLD)).toEqual([NEW]);
    expect(await givenUpHere(stateDir, KEY, OTHER)).toEqual([]);
    await rememberEnd(stateDir, verdict({ outcome: 'updated', lastStep: 'confirming', reason: null }));
  });

  it('at once and whatever the modem runs since, where it was flashed and not confirmed', async () => {
    await rememberEnd(stateDir, verdict({ outcome: 'unconfirmed', lastStep: 'confirming' }));
    expect(await isGivenUp()).toBe(true);
    expect(await givenUpHere(stateDir, KEY, OTHER)).toEqual([NEW]);
  });

  it('until it succeeds there, from whatever version', async () => {
    const told = verdict({ fromVersion: OTHER, outcome: 'updated', lastStep: 'confirming', reason: null });
    await rememberEnd(stateDir, told);
    expect(await isGivenUp()).toBe(false);
    await rememberEnd(stateDir, verdict({ outcome: 'unconfirmed', lastStep: 'confirming' }));
  });

  it('not for what another modem did', async () => {
    expect(await givenUpHere(stateDir, 'usb-1-1.3', OLD)).toEqual([]);
  });

  it('not where the record cannot be read', async () => {
    await writeFile(join(stateDir, 'failed', `${KEY}.json`), '{"format":');
    expect(await isGivenUp()).toBe(false);
  });
});

describe('nothing is held against a release by', () => {
  it.each([
    ['a download that failed', { lastStep: 'fetching', reason: 'chunk-unavailable' }],
    ['a person who interrupted it', { reason: 'interrupted' }],
    ['a power cut of the router', { reason: 'broken-off-before-erase' }],
    ['a flashing that goes on', { outcome: 'unfinished', lastStep: 'programming' }],
    ['a modem that could not say what it ran', { outcome: 'unconfirmed', fromVersion: null }],
  ] as const)('%s', (_, changes) => {
    const before = afterVerdict([], verdict({}));
    expect(afterVerdict(before, verdict(changes))).toBe(before);
  });
});

it('remembers a bounded number of steps, the newest', () => {
  let failed = afterVerdict([], verdict({}));
  for (let i = 0; i < FAILED_RELEASES_MAX; i++)
    failed = afterVerdict(
      failed,
      verdict({ toVersion: `EC25EUGAR07A${String(i).padStart(2, '0')}M4G_01.001.01.001` }),
    );
  expect(failed).toHaveLength(FAILED_RELEASES_MAX);
  expect(failed.some(({ toVersion }) => toVersion === NEW)).toBe(false);
});
