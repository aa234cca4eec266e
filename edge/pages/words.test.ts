/** What pages say, where it can be told without a page. One file: each costs a start of workerd. */
import { describe, expect, it } from 'vitest';
import type { VersionMatch } from '../../shared/catalogue.ts';
import { ATTEMPTS_COUNTED_MAX, ATTEMPTS_SHOWN_MIN } from './limits.ts';
import { headlineOf } from './lookup/headline.ts';
import { attemptsSaid } from './parts/attempts-said.ts';
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

const none = { updated: 0, unchanged: 0, unfinished: 0, unconfirmed: 0 };

describe('how it went for others', () => {
  it('is not said of fewer than the least number of attempts', () => {
    const few = attemptsSaid({ ...none, updated: ATTEMPTS_SHOWN_MIN - 1 });
    expect(few.rate).toBeNull();
    expect(few.sentence).toContain('Too few');
    expect(few.sentence).not.toContain(String(ATTEMPTS_SHOWN_MIN - 1));
  });

  it('is a rate with its count and what became of the others', () => {
    expect(attemptsSaid({ updated: 17, unchanged: 2, unfinished: 0, unconfirmed: 1 })).toEqual({
      rate: 85,
      sentence:
        'Of 20 reported attempts 17 ended with the new version, confirmed by the modem; 2 ended with the modem as it was before; 1 wrote everything, and the modem did not confirm it.',
    });
  });

  it('is never rounded up to all', () => {
    expect(attemptsSaid({ ...none, updated: 999, unfinished: 1 }).rate).toBe(99);
  });

  it('says where only the newest were counted', () => {
    expect(attemptsSaid({ ...none, updated: ATTEMPTS_COUNTED_MAX }).sentence).toContain('Of the newest 1000');
  });
});
