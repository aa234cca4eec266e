import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttemptEnd, healthOf, shouldHalt, wilsonInterval } from './rollout-health.ts';
import { OUTCOMES, UPDATE_STEPS } from './telemetry.ts';

const RULE = { minFailures: 5, successBelow: 0.9 };

const anEnd = (change: Partial<AttemptEnd> = {}): AttemptEnd => ({
  deviceId: 'a',
  outcome: 'unconfirmed',
  lastStep: 'confirming',
  reason: 'worse-than-before',
  ...change,
});
const success = { outcome: 'updated', reason: null } as const;

/** So many devices, each with one end. */
const devices = (count: number, change: Partial<AttemptEnd>, name = 'd') =>
  Array.from({ length: count }, (_, i) => anEnd({ deviceId: `${name}${i}`, ...change }));
const fleet = (succeeded: number, failed: number) => [
  ...devices(succeeded, success, 's'),
  ...devices(failed, {}, 'f'),
];
const isHalted = (ends: readonly AttemptEnd[]) => shouldHalt(healthOf(ends), RULE);

describe('a release is halted', () => {
  it.each<[number, number, boolean, string]>([
    [0, 4, false, 'it failed on too few to say'],
    [0, 5, true, 'nobody got it'],
    [15, 5, true, 'a quarter failed'],
    [20, 5, false, 'a fifth of so few may still be one in ten'],
    [45, 5, false, 'one in ten failed, which is the bound'],
    [900, 100, false, 'one in ten of many failed'],
    [850, 150, true, 'more than one in ten of many failed'],
    [990, 10, false, 'ten failed among many'],
    [0, 0, false, 'nobody tried it'],
  ])('%i well and %i failed: %s, because %s', (succeeded, failed, expected) => {
    expect(isHalted(fleet(succeeded, failed))).toBe(expected);
  });

  it('not by one device that fails again and again', () => {
    expect(isHalted(Array.from({ length: 100 }, () => anEnd()))).toBe(false);
  });

  it('not by devices that were brought back, which is what their newest end says', () => {
    const broughtBack = devices(10, {}).flatMap((end) => [anEnd({ ...end, ...success }), end]);
    expect(isHalted(broughtBack)).toBe(false);
    expect(healthOf(broughtBack)).toMatchObject({ succeeded: 10, failed: 0 });
  });

  it.each<[string, Partial<AttemptEnd>]>([
    ['the user put it off', { outcome: 'unchanged', lastStep: 'ready', reason: 'not-wanted-by-user' }],
    [
      'it could not be fetched',
      { outcome: 'unchanged', lastStep: 'fetching', reason: 'repository-unreachable' },
    ],
    ['there was no room for it', { outcome: 'unchanged', lastStep: 'resolved', reason: 'no-room' }],
    [
      'the modem did not enter EDL',
      { outcome: 'unchanged', lastStep: 'entering-edl', reason: 'modem-refuses-edl' },
    ],
    ['somebody stopped it', { outcome: 'unfinished', lastStep: 'programming', reason: 'interrupted' }],
    ['the power went', { outcome: 'unchanged', lastStep: 'probing', reason: 'modem-left-edl' }],
  ])('not because %s', (_, change) => {
    expect(healthOf(devices(20, change))).toMatchObject({ succeeded: 0, failed: 0 });
  });

  it.each<[string, Partial<AttemptEnd>]>([
    ['its programmer is refused', { outcome: 'unchanged', lastStep: 'loading-programmer', reason: 'sahara' }],
    ['its geometry is another', { outcome: 'unchanged', lastStep: 'probing', reason: 'geometry-differs' }],
    ['it cannot be written', { outcome: 'unfinished', lastStep: 'programming', reason: 'read-back-differs' }],
    ['the modem does not come back', { outcome: 'unconfirmed', reason: 'modem-did-not-return' }],
  ])('because %s', (_, change) => {
    expect(isHalted(devices(5, change))).toBe(true);
  });

  it('not by who put off a release that had failed on it: the failure still counts', () => {
    const ends = devices(5, {}).flatMap((end) => [
      anEnd({ ...end, outcome: 'unchanged', lastStep: 'ready', reason: 'not-wanted-by-user' }),
      end,
    ]);
    expect(isHalted(ends)).toBe(true);
  });

  it('with what most failures say', () => {
    const ends = [
      ...devices(3, { lastStep: 'programming', reason: 'read-back-differs' }, 'x'),
      ...devices(2, {}),
    ];
    expect(healthOf(ends).mostly).toEqual({ step: 'programming', reason: 'read-back-differs' });
    expect(healthOf([]).mostly).toBeNull();
  });
});

describe('properties', () => {
  const counts = fc.record({ succeeded: fc.nat(2000), failed: fc.nat(2000) });
  const ends = fc.array(
    fc.record({
      deviceId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      outcome: fc.constantFrom(...OUTCOMES),
      lastStep: fc.constantFrom(...UPDATE_STEPS),
      reason: fc.constantFrom(null, 'interrupted', 'read-back-differs'),
    }),
    { maxLength: 40 },
  );

  it('the interval holds the share, lies between 0 and 1, and narrows as devices come', () => {
    fc.assert(
      fc.property(counts, ({ succeeded, failed }) => {
        fc.pre(succeeded + failed > 0);
        const { low, high } = wilsonInterval(succeeded, succeeded + failed);
        const share = succeeded / (succeeded + failed);
        const wider = wilsonInterval(succeeded, succeeded + failed);
        const narrower = wilsonInterval(succeeded * 4, (succeeded + failed) * 4);
        expect(low >= 0 && low <= share + 1e-12 && share - 1e-12 <= high && high <= 1).toBe(true);
        expect(narrower.high - narrower.low).toBeLessThanOrEqual(wider.high - wider.low);
      }),
    );
  });

  it('one more failure never resumes what halts, one more success never halts what runs', () => {
    const halts = (succeeded: number, failed: number) => {
      const { high } = wilsonInterval(succeeded, succeeded + failed);
      return shouldHalt({ succeeded, failed, successAtMost: high, mostly: null }, RULE);
    };
    fc.assert(
      fc.property(counts, ({ succeeded, failed }) => {
        if (halts(succeeded, failed)) expect(halts(succeeded, failed + 1)).toBe(true);
        else expect(halts(succeeded + 1, failed)).toBe(false);
      }),
    );
  });

  it('each device counts once at most, whatever it reports', () => {
    fc.assert(
      fc.property(ends, (all) => {
        const { succeeded, failed } = healthOf(all);
        expect(succeeded + failed).toBeLessThanOrEqual(new Set(all.map(({ deviceId }) => deviceId)).size);
      }),
    );
  });

  it('looking after every report halts a release that fails on one device in twenty in fewer than 3 of 100 fleets', () => {
    const halted = Array.from({ length: 400 }, (_, seed) => isEverHalted(seed, 0.05)).filter(Boolean).length;
    expect(halted / 400).toBeLessThan(0.03);
    const bad = Array.from({ length: 100 }, (_, seed) => isEverHalted(seed, 0.3)).filter(Boolean).length;
    expect(bad).toBe(100);
  });

  /** A fleet of 400, judged after each report as the consumer does at worst. */
  function isEverHalted(seed: number, failureShare: number): boolean {
    let state = seed * 2654435761 + 12345;
    let failed = 0;
    for (let tried = 1; tried <= 400; tried++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      if (state / 2 ** 32 < failureShare) failed++;
      const { high } = wilsonInterval(tried - failed, tried);
      if (shouldHalt({ succeeded: tried - failed, failed, successAtMost: high, mostly: null }, RULE))
        return true;
    }
    return false;
  }
});
