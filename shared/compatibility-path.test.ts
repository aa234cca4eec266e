import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPATIBILITY_MAX_HOPS, COMPATIBILITY_MAX_STEPS } from './limits.ts';
import { at, edge, judge, release } from './test-compatibility.ts';
import { modelEntry, NEW, OLD } from './test-documents.ts';

describe('several hops', () => {
  const [a, b, c] = ['06M4G_01.004.01.004', '07M4G_01.005.01.005', '08M4G_01.006.01.006'].map(at) as [
    string,
    string,
    string,
  ];
  const VIA = 'EC25EUGAR07A01M4G_01.004.01.004';
  const viaBaselines = [
    release(NEW, { baseline: 7 }),
    release(VIA, { baseline: 6, minRelease: 6 }),
    release(a),
  ];

  it('are found where one step is not vouched for, the wanted version last', () => {
    const found = judge(OLD, NEW, viaBaselines);
    expect(found.verdict).toBe('fits');
    expect(found.path).toEqual([a, VIA, NEW]);
    expect(found.reasons.map(({ code }) => code)).toEqual(['baseline-not-listed', 'path-found']);
    expect(found.reasons[1]?.sentence).toContain(`${a}, then ${VIA}`);
  });

  it('are as few as possible', () => {
    const [, ...others] = viaBaselines;
    const shortcut = release(NEW, { baseline: 7 }, { baseline: 6, minRelease: 6 });
    expect(judge(OLD, NEW, [...others, shortcut]).path).toEqual([a, NEW]);
    expect(judge(OLD, NEW, [...others, release(NEW, { baseline: 6 })]).path).toEqual([NEW]);
  });

  it('never lead over a forbidden step or out of the locked line', () => {
    const entry = modelEntry({ edges: [edge('forbidden', { baseline: 7 }, { baseline: 8 })] });
    expect(judge(OLD, NEW, viaBaselines, entry)).toMatchObject({ verdict: 'not known', path: [] });
    expect(
      judge(at('05M4G_01.200.01.200'), c, [release(a, {}), release(b, {}), release(c, {})]),
    ).toMatchObject({
      verdict: 'does not fit',
      path: [],
    });
  });

  it('are bounded, also in a circle', () => {
    const chain = Array.from(
      { length: COMPATIBILITY_MAX_HOPS + 2 },
      (_, i) => `EC25EUGAR${10 + i}A01M4G_01.001.01.001`,
    );
    const releases = chain.map((text, i) => release(text, { baseline: 9 + i }, { baseline: 11 + i }));
    const from = 'EC25EUGAR09A01M4G_01.001.01.001';
    expect(judge(from, chain[COMPATIBILITY_MAX_HOPS - 1] ?? '', releases).path).toHaveLength(
      COMPATIBILITY_MAX_HOPS,
    );
    expect(judge(from, chain[COMPATIBILITY_MAX_HOPS] ?? '', releases).path).toEqual([]);
  });

  it('are sought for a bounded number of steps, and that is said', () => {
    const two = (n: number) => String(n).padStart(2, '0');
    const reached = Array.from({ length: 150 }, (_, i) => at(`${two(6 + (i % 13))}M4G_01.${100 + i}.01.100`));
    const beyond = Array.from({ length: 150 }, (_, i) => `EC25EUGAR07A01M4G_01.${100 + i}.01.100`);
    const releases = [...reached, ...beyond].map((text) => release(text));
    const found = judge(OLD, NEW, [...releases, release(NEW)]);
    expect(found).toMatchObject({ verdict: 'not known', path: [] });
    expect(found.reasons.map(({ code }) => code)).toEqual(['baseline-not-listed', 'path-search-ended']);
    expect(found.reasons[1]?.sentence).toContain(`${COMPATIBILITY_MAX_STEPS} steps`);
  });

  it('pass over a release whose version cannot be read', () => {
    expect(judge(OLD, NEW, [{ version: 'EC25', installableFrom: [] }, release(NEW)]).verdict).toBe(
      'not known',
    );
  });

  it('are each a step that fits by itself, whatever the releases', () => {
    const texts = ['06A05', '06A06', '07A01', '07A02', '08A03', '08A20'].map(
      (n) => `EC25EUGAR${n}M4G_01.003.01.003`,
    );
    const match = fc.record({ baseline: fc.constantFrom(6, 7, 8), minRelease: fc.constantFrom(1, 2, 6) });
    const releases = fc
      .subarray(texts.slice(1), { minLength: 1 })
      .chain((chosen) =>
        fc.tuple(
          ...chosen.map((text) => fc.array(match, { maxLength: 2 }).map((from) => release(text, ...from))),
        ),
      );
    fc.assert(
      fc.property(releases, fc.constantFrom(...texts), (known, wanted) => {
        const { verdict, path } = judge(texts[0] ?? '', wanted, known);
        expect(path.length > 0).toBe(verdict === 'fits');
        let from = texts[0] ?? '';
        for (const to of path) {
          expect(
            judge(
              from,
              to,
              known.filter((candidate) => candidate.version === to),
            ).verdict,
          ).toBe('fits');
          from = to;
        }
        if (path.length > 0) expect(path.at(-1)).toBe(wanted);
      }),
    );
  });
});
