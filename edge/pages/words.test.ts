/** What pages say, where it can be told without a page. One file: each costs a start of workerd. */
import { describe, expect, it } from 'vitest';
import type { VersionMatch } from '../../shared/catalogue.ts';
import { DEVICES_SHOWN_MIN } from './limits.ts';
import { headlineOf } from './lookup/headline.ts';
import { healthSaid } from './parts/health-said.ts';
import { bytesSaid } from './parts/numbers-said.ts';
import { rolloutSaid } from './parts/rollout-said.ts';
import { versionsSaid } from './parts/versions-said.ts';

const OLD = 'EC25EUGAR06A05M4G_01.001.01.001';
const BETWEEN = 'EC25EUGAR06A09M4G_01.001.01.001';
const NEW = 'EC25EUGAR08A03M4G_01.200.01.200';

describe('the headline of a look-up', () => {
  it.each<[string, Parameters<typeof headlineOf>[0], string, RegExp]>([
    [
      'one step',
      { verdict: 'fits', installed: OLD, wanted: NEW, path: [NEW], isNewest: true },
      'Yes, it fits',
      /can be installed/,
    ],
    [
      'two steps',
      { verdict: 'fits', installed: OLD, wanted: NEW, path: [BETWEEN, NEW], isNewest: true },
      'Yes, in 2 steps',
      /one after the other/,
    ],
    [
      'what is installed, when nothing newer fits',
      { verdict: 'fits', installed: NEW, wanted: NEW, path: [NEW], isNewest: true },
      'It is up to date',
      /nothing newer/,
    ],
    [
      'what is installed, asked for by name',
      { verdict: 'fits', installed: OLD, wanted: OLD, path: [OLD], isNewest: false },
      'It is installed already',
      /^\S+ is what the modem runs\.$/,
    ],
    [
      'a forbidden step',
      { verdict: 'does not fit', installed: NEW, wanted: OLD, path: [], isNewest: false },
      'No, it does not fit',
      /Do not install/,
    ],
    [
      'a step nobody knows',
      { verdict: 'not known', installed: OLD, wanted: NEW, path: [], isNewest: false },
      'Not known, so do not install it',
      /Nobody vouches/,
    ],
    [
      'a modem that nothing is published for',
      { verdict: 'not known', installed: OLD, wanted: null, path: [], isNewest: true },
      'Not known, so do not install it',
      /Nothing here is known to fit/,
    ],
  ])('says of %s what to do', (_, asked, title, sentence) => {
    expect(headlineOf(asked)).toEqual(expect.objectContaining({ title }));
    expect(headlineOf(asked).sentence).toMatch(sentence);
  });

  it('never calls a refusal good', () => {
    for (const verdict of ['does not fit', 'not known'] as const) {
      const asked = { verdict, installed: OLD, wanted: NEW, path: [], isNewest: false };
      expect(headlineOf(asked).tone).not.toBe('good');
    }
  });
});

describe('the versions that a rule speaks of', () => {
  it.each<[VersionMatch, string]>([
    [{}, 'every version'],
    [{ baseline: 6 }, 'baseline R06'],
    [{ baseline: 8, minRelease: 3, maxRelease: 3 }, 'baseline R08, release A03'],
    [{ minRelease: 3 }, 'releases from A03'],
    [{ maxRelease: 9 }, 'releases up to A09'],
    [{ minRelease: 5, maxRelease: 9, customLine: '01' }, 'releases A05 to A09, customer line 01'],
    [{ minRelease: 0, maxRelease: 0 }, 'release A00'],
  ])('%j are %s', (match, said) => {
    expect(versionsSaid(match)).toBe(said);
  });
});

describe('how it went for others', () => {
  const mostly = { step: 'programming', reason: 'disk-full' } as const;

  it('is not said of fewer than the least number of devices', () => {
    const few = healthSaid({ succeeded: DEVICES_SHOWN_MIN - 1, failed: 0, mostly: null });
    expect(few.percent).toBeNull();
    expect(few.sentence).toContain('Too few');
    expect(few.sentence).not.toContain(String(DEVICES_SHOWN_MIN - 1));
  });

  it('is a rate with its count and where it failed', () => {
    expect(healthSaid({ succeeded: 17, failed: 3, mostly })).toEqual({
      percent: 85,
      sentence:
        'Of 20 devices that tried it 17 ended with the new version, confirmed by the modem. Where it failed, mostly at the step programming (disk-full).',
    });
  });

  it('is never rounded up to all', () => {
    expect(healthSaid({ succeeded: 999, failed: 1, mostly }).percent).toBe(99);
  });
});

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [641_234, '641 kB'],
    [64_500_000, '64.5 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('of %i bytes is %s', (bytes, said) => {
    expect(bytesSaid(bytes)).toBe(said);
  });
});

describe('what a rollout lets through', () => {
  const entry = {
    version: NEW,
    channel: 'stable',
    percentage: 25,
    startsAt: '2026-11-23T08:00:00.000Z',
    state: 'running',
    why: '',
  } as const;
  const now = Date.parse('2026-11-23T08:00:00Z');

  it.each<[Parameters<typeof rolloutSaid>[0], string, string]>([
    [undefined, 'not rolled out', 'It is published, and offered to no device yet.'],
    [entry, '25 %', 'It is offered to 25 % of devices.'],
    [{ ...entry, percentage: 100 }, 'for all', 'It is offered to all devices.'],
    [{ ...entry, channel: 'beta' }, '25 %, beta', 'It is offered to 25 % of devices of the beta channel.'],
    [
      { ...entry, startsAt: '2026-11-24T08:00:00.000Z' },
      'not begun',
      'From 2026-11-24 08:00 UTC it is offered to 25 % of devices.',
    ],
    [{ ...entry, state: 'halted', why: 'Why.' }, 'halted', 'It is halted and offered to no device: Why.'],
    [{ ...entry, state: 'recalled', why: 'Why.' }, 'recalled', 'It was recalled for good: Why.'],
  ])('%j is said', (given, word, sentence) => {
    expect(rolloutSaid(given, now)).toMatchObject({ word, sentence });
  });
});
