import { describe, expect, it } from 'vitest';
import { UPDATE_STEPS, type UpdateStep } from '../../shared/telemetry.ts';
import { isBeyondGateOne, mayFollow } from './steps.ts';

const following = (step: UpdateStep) => UPDATE_STEPS.filter((next) => mayFollow(step, next));
const reachableFrom = (step: UpdateStep): ReadonlySet<UpdateStep> => {
  const seen = new Set<UpdateStep>([step]);
  for (const each of seen) for (const next of following(each)) seen.add(next);
  return seen;
};
const FLASH_TOUCHED = ['erasing', 'programming', 'reading-back', 'resetting', 'confirming'] as const;

describe('the steps of an update', () => {
  it('are all reached from the first', () => {
    expect([...reachableFrom('identified')].toSorted()).toEqual([...UPDATE_STEPS].toSorted());
  });

  it('can each be followed by the last, and nothing follows that', () => {
    for (const step of UPDATE_STEPS) expect(reachableFrom(step)).toContain('reported');
    expect(following('reported')).toEqual([]);
  });

  it('lead to the first erase through every gate, one after the other', () => {
    const gates: readonly UpdateStep[] = ['staged', 'ready', 'entering-edl', 'loading-programmer', 'probing'];
    for (const gate of gates) {
      const seen = new Set<UpdateStep>(['identified']);
      for (const step of seen) for (const next of following(step)) if (next !== gate) seen.add(next);
      expect(seen).not.toContain('erasing');
    }
  });

  it('never lead back before EDL: what is staged is not chosen again in the middle', () => {
    const before: readonly UpdateStep[] = [
      'identified',
      'resolved',
      'fetching',
      'staged',
      'ready',
      'entering-edl',
    ];
    for (const step of before.slice(1)) expect(reachableFrom('loading-programmer')).not.toContain(step);
  });

  it.each(FLASH_TOUCHED)(
    'go back to a new programmer session from %s: the flashing is never given up',
    (step) => {
      expect(mayFollow(step, 'loading-programmer')).toBe(true);
    },
  );

  it.each(['loading-programmer', 'probing', ...FLASH_TOUCHED.slice(0, -1)] as const)(
    'go on from %s to the word of a modem that came back by itself',
    (step) => {
      expect(mayFollow(step, 'confirming')).toBe(true);
    },
  );

  it('end without having written only before the modem is flashed or after it is asked', () => {
    expect(following('confirming')).toEqual(['loading-programmer', 'reported']);
  });

  it('are beyond gate 1 from EDL on, until the verdict', () => {
    expect(UPDATE_STEPS.filter(isBeyondGateOne)).toEqual([
      'entering-edl',
      'loading-programmer',
      'probing',
      ...FLASH_TOUCHED,
    ]);
  });
});
