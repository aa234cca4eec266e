import { describe, expect, it } from 'vitest';
import { type Comparison, type Goal, goalText, ratioOf, verdictOf } from './comparison.ts';

const comparison = (changes: Partial<Comparison>): Comparison => ({
  bench: 'download',
  what: 'rate',
  unit: 'MB/s',
  ours: 80,
  peer: { name: 'curl', figure: 100 },
  ...changes,
});

describe('a comparison', () => {
  it.each([
    ['ours over the peer’s', 80, { name: 'curl', figure: 100 }, 0.8],
    ['nothing where the peer is missing', 80, { name: 'curl', figure: { missing: 'not installed' } }, null],
    ['nothing where ours is missing', { missing: 'failed' }, { name: 'curl', figure: 100 }, null],
    ['nothing where the peer took nothing', 80, { name: 'curl', figure: 0 }, null],
    ['nothing where there is no peer', 80, null, null],
  ] as const)('has as its ratio %s', (_, ours, peer, ratio) => {
    expect(ratioOf({ ours, peer })).toBe(ratio);
  });

  it.each([
    ['ratio-at-least', 0.8, 80, 'met'],
    ['ratio-at-least', 0.81, 80, 'MISSED'],
    ['ratio-at-most', 0.8, 80, 'met'],
    ['ratio-at-most', 0.79, 80, 'MISSED'],
    ['ours-at-most', 80, 80, 'met'],
    ['ours-at-most', 79, 80, 'MISSED'],
    ['ratio-at-most', 1, { missing: 'crashed' }, 'NOT MEASURED'],
    ['ours-at-most', 1, { missing: 'crashed' }, 'NOT MEASURED'],
  ] as const)('with the goal %s %d and ours %j is judged', (kind, bound, ours, verdict) => {
    expect(verdictOf(comparison({ ours, goal: { kind, bound } }))).toBe(verdict);
  });

  it('never meets a goal beside a peer that is missing', () => {
    const peer = { name: 'curl', figure: { missing: 'not installed' } };
    expect(verdictOf(comparison({ peer, goal: { kind: 'ratio-at-least', bound: 0 } }))).toBe('NOT MEASURED');
  });

  it('without a goal is not judged', () => {
    expect(verdictOf(comparison({}))).toBe('');
  });

  it.each<[Goal, string]>([
    [{ kind: 'ratio-at-least', bound: 0.8 }, '≥ 0.8 ×'],
    [{ kind: 'ratio-at-most', bound: 1.25 }, '≤ 1.25 ×'],
    [{ kind: 'ours-at-most', bound: 700 }, '≤ 700 B'],
  ])('says its goal %j as %s', (goal, text) => {
    expect(goalText(goal, 'B')).toBe(text);
  });
});
