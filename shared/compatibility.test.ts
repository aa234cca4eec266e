import { describe, expect, it } from 'vitest';
import type { VersionMatch } from './catalogue.ts';
import { customLine, isEmbargoed, matchesVersion } from './compatibility-match.ts';
import type { CompatibilityReason } from './compatibility-verdict.ts';
import { at, edge, entryFor, judge, release } from './test-compatibility.ts';
import { modelEntry, NEW, OLD, version } from './test-documents.ts';

describe('without anybody to vouch for it, a step', () => {
  const rows: readonly [string, string, string, string, CompatibilityReason['code']][] = [
    ['to what is installed', OLD, OLD, 'fits', 'same-version'],
    ['to a newer release of the line', OLD, at('06M4G_01.004.01.004'), 'fits', 'same-line-newer'],
    ['to a newer custom number', OLD, at('05M4G_01.004.01.004'), 'fits', 'same-line-newer'],
    ['back', OLD, at('04M4G_01.003.01.003'), 'not known', 'downgrade'],
    ['to an older custom number', OLD, at('05M4G_01.002.01.002'), 'not known', 'downgrade'],
    ['over a baseline', OLD, NEW, 'not known', 'baseline-not-listed'],
    ['over a baseline, back', NEW, 'EC25EUGAR06A25M4G_01.200.01.200', 'not known', 'baseline-not-listed'],
    ['to another customer line', OLD, at('06M4G_20.003.20.003'), 'not known', 'line-not-listed'],
    [
      'to another letter variant',
      at('05M4GA_01.003.01.003'),
      at('06M4GB_01.003.01.003'),
      'not known',
      'line-not-listed',
    ],
    ['into a letter variant', OLD, at('06M4GA_01.003.01.003'), 'not known', 'line-not-listed'],
    ['into the locked line by number', OLD, at('06M4G_01.200.01.200'), 'not known', 'line-not-listed'],
    ['into the locked line by release', OLD, at('20M4G_01.003.01.003'), 'not known', 'line-not-listed'],
    [
      'within the locked line',
      at('20M4G_01.200.01.200'),
      at('21M4G_01.200.01.200'),
      'fits',
      'same-line-newer',
    ],
    [
      'out of the locked line',
      at('05M4G_01.200.01.200'),
      at('06M4G_01.003.01.003'),
      'does not fit',
      'embargo',
    ],
    [
      'out of the locked line, told in half',
      at('05M4G_01.200'),
      at('06M4G_01.003'),
      'does not fit',
      'embargo',
    ],
    [
      'out of the locked release',
      at('20M4G_01.003.01.003'),
      at('40M4G_01.003.01.003'),
      'does not fit',
      'embargo',
    ],
    [
      'from a version that hides its line',
      at('05M4G'),
      at('06M4G_01.003.01.003'),
      'not known',
      'custom-part-missing',
    ],
    ['to a version that hides its line', OLD, at('06M4G'), 'not known', 'custom-part-missing'],
  ];
  it.each(rows)('%s (%s -> %s) %s', (_, installed, wanted, verdict, code) => {
    expect(judge(installed, wanted)).toMatchObject({ verdict, reasons: [{ code }] });
  });

  it('to what is not published is not known, whatever the rules say', () => {
    expect(judge(OLD, at('06M4G_01.004.01.004'), [])).toMatchObject({
      verdict: 'not known',
      reasons: [{ code: 'release-not-published' }],
      path: [],
    });
  });
});

describe('another hardware or flash never fits', () => {
  it.each([
    ['EC25EUGAR06A05M4G_01.003.01.003', 'EC25EUXGAR06A06M4G_01.003.01.003'],
    ['EC25EUGAR06A05M4G_01.003.01.003', 'EC25ECGAR06A06M4G_01.003.01.003'],
    ['EC20CEFAR02A10M4G_01.001', 'EC20CEFAGR06A11M4G_01.001'],
    ['RM520NGLAAR01A07M4G_01.200.01.200', 'RM520NGLAPR01A08M4G_01.200.01.200'],
    ['RM502QAEAAR11A02M4G_01.001', 'RM502QEAAAR11A03M4G_01.001'],
    ['EC25EUGAR06A05M1G_01.003.01.003', 'EC25EUGAR06A06M4G_01.003.01.003'],
  ])('%s -> %s (field 2e rules 1 and 2)', (installed, wanted) => {
    for (const entry of [entryFor(installed), entryFor(wanted)]) {
      expect(judge(installed, wanted, [release(wanted, {})], entry)).toMatchObject({
        verdict: 'does not fit',
        reasons: [{ code: 'other-model' }],
      });
    }
  });

  it('not even where both are of one model and the entry of another', () => {
    const wanted = at('06M4G_01.004.01.004');
    expect(judge(OLD, wanted, [release(wanted)], entryFor('EG25GGBR07A08M2G'))).toMatchObject({
      verdict: 'does not fit',
    });
  });
});

describe('somebody who vouches for a step', () => {
  it('is the release, with its source', () => {
    expect(judge(OLD, NEW, [release(NEW, { baseline: 6, maxRelease: 5 })])).toEqual({
      verdict: 'fits',
      reasons: [
        {
          code: 'edge-listed',
          sentence: `The release names ${OLD} as one it may follow.`,
          source: 'the maker',
        },
      ],
      path: [NEW],
    });
  });

  it("is the model's entry", () => {
    const entry = modelEntry({ edges: [edge('allowed', { baseline: 6 }, { baseline: 8 })] });
    expect(judge(OLD, NEW, [release(NEW)], entry)).toMatchObject({
      verdict: 'fits',
      reasons: [{ code: 'edge-listed', sentence: 'allowed by the maker' }],
    });
  });

  it.each([
    ['for a baseline', { baseline: 7 }],
    ['from a later release on', { baseline: 6, minRelease: 6 }],
    ['up to an earlier release', { baseline: 6, maxRelease: 4 }],
    ['for another customer line', { baseline: 6, customLine: '20' }],
  ])('is not one who speaks %s', (_, match) => {
    expect(judge(OLD, NEW, [release(NEW, match)]).verdict).toBe('not known');
  });

  it('of one customer line does not vouch for a modem that hides its own', () => {
    expect(judge(at('05M4G'), NEW, [release(NEW, { customLine: '01' })]).verdict).toBe('not known');
  });

  it('of every line vouches for it, into the locked line, where no line is forbidden', () => {
    expect(judge(at('05M4G'), NEW, [release(NEW, { baseline: 6 })]).verdict).toBe('fits');
  });

  it('does not vouch for a modem that may be of the locked line', () => {
    const open = 'EC25EUGAR08A03M4G_01.003.01.003';
    expect(judge(at('05M4G'), open, [release(open, {})])).toMatchObject({
      verdict: 'not known',
      reasons: [{ code: 'custom-part-missing' }],
    });
  });
});

describe('a forbidden step', () => {
  const forbidding = (from: VersionMatch, to: VersionMatch) =>
    modelEntry({ edges: [edge('allowed', {}, {}), edge('forbidden', from, to)] });

  it('stays forbidden, though the release and the entry list it', () => {
    expect(judge(OLD, NEW, [release(NEW, {})], forbidding({ baseline: 6 }, { baseline: 8 }))).toMatchObject({
      verdict: 'does not fit',
      reasons: [{ code: 'edge-forbidden', sentence: 'forbidden by the maker', source: 'the maker' }],
      path: [],
    });
  });

  it.each([
    ['the modem', at('05M4G'), NEW, { customLine: '20' }, {}],
    ['the release', OLD, 'EC25EUGAR08A03M4G', {}, { customLine: '12' }],
  ])('may not be slipped past where %s hides its customer line', (_, installed, wanted, from, to) => {
    expect(judge(installed, wanted, [release(wanted, {})], forbidding(from, to))).toMatchObject({
      verdict: 'not known',
      reasons: [{ code: 'custom-part-missing' }],
    });
  });

  it('of another customer line does not concern this one', () => {
    const entry = forbidding({ customLine: '20' }, {});
    expect(judge(OLD, NEW, [release(NEW, {})], entry).verdict).toBe('fits');
  });
});

describe('the locked line', () => {
  it('is not left, though the release lists it', () => {
    const wanted = at('06M4G_01.003.01.003');
    expect(judge(at('05M4G_01.200.01.200'), wanted, [release(wanted, {})])).toMatchObject({
      verdict: 'does not fit',
      reasons: [{ code: 'embargo' }],
    });
  });

  it.each([
    [at('19M4G_01.003.01.003'), false],
    [at('20M4G_01.003.01.003'), true],
    [at('39M4G'), true],
    [at('40M4G'), false],
    [NEW, true],
    [OLD, false],
    ['RG520NEBDCR03A05M4G_A0.300.A0.300', true],
    ['RM520NGLAAR01A07M4G_01.201', true],
    ['EG25GGBR07A08M2G_30.006', false],
    [at('05M4G_20.200.20.200'), true],
    [at('05M4G_01.400.01.400'), false],
    [at('05M4G_BETA_20240131'), false],
  ])('has %s in it: %s', (text, locked) => {
    expect(isEmbargoed(version(text))).toBe(locked);
  });
});

describe('a version match', () => {
  it('with nothing in it matches every version', () => {
    expect([OLD, NEW, at('05M4G')].every((text) => matchesVersion({}, version(text)))).toBe(true);
  });

  it.each([
    ['EG25GGBR07A08M2G_30.006', '30'],
    ['RG520NEBDCR03A05M4G_A0.300.A0.300', 'A0'],
    ['EC25EFAR02A08M4G', null],
  ])('knows the customer line of %s: %s', (text, line) => {
    expect(customLine(version(text))).toBe(line);
  });
});
