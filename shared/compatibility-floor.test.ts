import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VersionFloor } from './catalogue.ts';
import { judgeFloors } from './compatibility-floor.ts';
import { at, judge, release } from './test-compatibility.ts';
import { modelEntry, version } from './test-documents.ts';

const floor = (lowest: string, from: VersionFloor['from'] = {}): VersionFloor => ({
  from,
  lowest: at(lowest),
  why: 'The maker says so.',
  source: 'the maker',
});
const kind = (installed: string, wanted: string, floors = [floor('07M4G_20.100.20.100')]) =>
  judgeFloors(floors, version(at(installed)), version(at(wanted))).kind;

describe('a floor', () => {
  it.each([
    ['09M4G_01.001.01.001', '06M4G_01.001.01.001', 'below', 'holds what is above it'],
    ['07M4G_20.100.20.100', '06M4G_20.100.20.100', 'below', 'holds the very version it names'],
    ['09M4G_01.001.01.001', '07M4G_20.100.20.100', 'clear', 'is itself not below'],
    ['09M4G_01.001.01.001', '08M4G_01.001.01.001', 'clear', 'lets pass what stays above'],
    ['06M4G_01.001.01.001', '05M4G_01.001.01.001', 'clear', 'does not hold what never was above'],
    ['09M4G_20.100.20.100', '07M4G_20.003.20.003', 'below', 'counts the custom number of its own line'],
    ['09M4G_01.001.01.001', '07M4G_01.001.01.001', 'clear', 'says nothing of another line at equal numbers'],
    ['09M4G_01.001.01.001', '07M4G', 'may-be-below', 'asks for the custom part where that decides'],
    ['07M4G', '06M4G_01.001.01.001', 'may-be-below', 'asks for it of the installed version too'],
    ['09M4G', '06M4G', 'below', 'needs no custom part where the numbers decide'],
  ])('%s -> %s: %s, because it %s', (installed, wanted, expected) => {
    expect(kind(installed, wanted)).toBe(expected);
  });

  it.each([
    ['08M4G_01.001.01.001', 'clear'],
    ['09M4G_01.001.01.001', 'below'],
    ['09M4G_12.001.12.001', 'clear'],
    ['09M4G', 'may-be-below'],
  ])('speaks only of modems it is about: %s is %s', (installed, expected) => {
    const about = { minRelease: 9, customLine: '01' };
    expect(kind(installed, '06M4G_01.001.01.001', [floor('07M4G_20.100.20.100', about)])).toBe(expected);
  });

  it('that is certain comes before one that only may hold', () => {
    const floors = [floor('07M4G_20.100.20.100'), floor('08M4G_01.001.01.001')];
    expect(kind('09M4G_01.001.01.001', '07M4G', floors)).toBe('below');
  });

  it('is not lowered by what a release or an edge vouches for', () => {
    const entry = modelEntry({ floors: [floor('07M4G_01.004.01.004')] });
    const wanted = at('06M4G_01.003.01.003');
    expect(judge(at('09M4G_01.005.01.005'), wanted, [release(wanted, {})], entry)).toMatchObject({
      verdict: 'does not fit',
      reasons: [{ code: 'below-floor', source: 'the maker', sentence: expect.stringContaining('A07M4G') }],
      path: [],
    });
    expect(judge(at('09M4G_01.005.01.005'), at('07M4G'), [release(at('07M4G'), {})], entry)).toMatchObject({
      verdict: 'not known',
      reasons: [{ code: 'custom-part-missing' }],
    });
  });

  it('is never passed downwards, by no way through other releases, whatever they vouch for', () => {
    const texts = [3, 5, 7, 9, 11].map((n) => at(`${String(n).padStart(2, '0')}M4G_01.004.01.004`));
    const entry = modelEntry({ floors: [floor('07M4G_01.004.01.004')] });
    const everyWay = texts.map((text) => release(text, {}));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.constantFrom(...texts), (installed, wanted) => {
        const { verdict } = judge(installed, wanted, everyWay, entry);
        const crosses = installed >= at('07') && wanted < at('07');
        expect(verdict).toBe(crosses ? 'does not fit' : 'fits');
      }),
    );
  });
});

describe('a modem that', () => {
  const wanted = at('06M4G_01.004.01.004');

  it('has not started its application side is asked again', () => {
    expect(judge(at('05M4G_01.003.00.000'), wanted)).toMatchObject({
      verdict: 'not known',
      reasons: [{ code: 'application-pending', sentence: expect.stringContaining('AT+QGMR') }],
    });
  });

  it('is said to run the firmware of another hardware is not called unfit, and not flashed', () => {
    const entry = modelEntry({ interchangeableWith: [{ hardware: 'EC25EUGB', source: 'a changelog' }] });
    const other = wanted.replace('EC25EUGA', 'EC25EUGB');
    expect(judge(at('05M4G_01.003.01.003'), other, [release(other, {})], entry)).toMatchObject({
      verdict: 'not known',
      reasons: [{ code: 'hardware-interchangeable', source: 'a changelog' }],
      path: [],
    });
    for (const unlike of [other.replace('M4G', 'M2G'), wanted.replace('EC25EUGA', 'EC25EUGC')]) {
      expect(judge(at('05M4G_01.003.01.003'), unlike, [release(unlike, {})], entry)).toMatchObject({
        verdict: 'does not fit',
        reasons: [{ code: 'other-model' }],
      });
    }
  });
});
