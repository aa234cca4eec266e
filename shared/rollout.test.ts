import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RELEASES_PER_MODEL_MAX } from './limits.ts';
import { judgeRollout, recallOf, rolloutSchema, shareOf } from './rollout.ts';
import { NEW, OLD, rollout, rolloutEntry, withUnknownFields } from './test-documents.ts';

const STARTED_MS = Date.parse('2026-02-01T00:00:00Z');
const device = { deviceId: 'cd'.repeat(32), channel: 'stable', nowMs: STARTED_MS } as const;
const deviceIds = Array.from({ length: 400 }, (_, n) => n.toString(16).padStart(64, '0'));

describe('a rollout document', () => {
  const full = rollout(rolloutEntry(), rolloutEntry({ version: OLD, state: 'recalled', why: 'no SIM' }));

  it('is read as it was written', () => {
    expect(rolloutSchema.parse(full)).toEqual(full);
  });

  it.each(withUnknownFields(full))('is refused with an unknown field at $at', ({ document }) => {
    const read = rolloutSchema.safeParse(document);
    expect(read.error?.issues.map((issue) => issue.code)).toEqual(['unrecognized_keys']);
  });

  it('is refused when it speaks of a version twice: the second could let through what the first recalls', () => {
    const twice = rollout(rolloutEntry(), rolloutEntry({ state: 'recalled', why: 'no SIM' }));
    expect(rolloutSchema.safeParse(twice).success).toBe(false);
  });

  it.each([
    ['a percentage above 100', { percentage: 100.5 }],
    ['a percentage below 0', { percentage: -1 }],
    ['a percentage that is no number', { percentage: Number.NaN }],
    ['a start in local time', { startsAt: '2026-02-01T00:00:00' }],
    ['a start without a time', { startsAt: '2026-02-01' }],
    ['an unknown state', { state: 'paused' }],
    ['an unknown channel', { channel: 'nightly' }],
    ['a version that is none', { version: 'EC25' }],
  ])('is refused with %s', (_, changes) => {
    expect(rolloutSchema.safeParse(rollout({ ...rolloutEntry(), ...changes } as never)).success).toBe(false);
  });

  it('is refused with more releases than a model may have', () => {
    const releases = Array.from({ length: RELEASES_PER_MODEL_MAX + 1 }, (_, n) =>
      rolloutEntry({ version: `EC25EUGAR08A03M4G_01.${n}.01.${n}` }),
    );
    expect(rolloutSchema.safeParse(rollout(...releases.slice(1))).success).toBe(true);
    expect(rolloutSchema.safeParse(rollout(...releases)).success).toBe(false);
  });
});

describe('whether a device takes part', () => {
  it.each([
    ['a running release at 100 %', {}, {}, { verdict: 'in' }],
    ['a running release at 0 %', { percentage: 0 }, {}, { verdict: 'out', because: 'percentage' }],
    [
      'a halted release',
      { state: 'halted', why: 'SIM lost' },
      {},
      { verdict: 'out', because: 'halted', why: 'SIM lost' },
    ],
    [
      'a recalled release',
      { state: 'recalled', why: 'boot loop' },
      {},
      { verdict: 'out', because: 'recalled', why: 'boot loop' },
    ],
    [
      'a recalled release that has not started: the recall is what counts',
      { state: 'recalled', why: 'boot loop', startsAt: '2030-01-01T00:00:00Z', channel: 'beta' },
      {},
      { verdict: 'out', because: 'recalled', why: 'boot loop' },
    ],
    ['a release of tomorrow', {}, { nowMs: STARTED_MS - 1 }, { verdict: 'out', because: 'not-started' }],
    ['a release of this instant', {}, { nowMs: STARTED_MS }, { verdict: 'in' }],
    ['a beta for a stable device', { channel: 'beta' }, {}, { verdict: 'out', because: 'channel' }],
    ['a beta for a beta device', { channel: 'beta' }, { channel: 'beta' }, { verdict: 'in' }],
    ['a stable release for a beta device', {}, { channel: 'beta' }, { verdict: 'in' }],
  ] as const)('in %s', async (_, entry, other, verdict) => {
    expect(await judgeRollout(rollout(rolloutEntry(entry)), NEW, { ...device, ...other })).toEqual(verdict);
  });

  it('in a release that is not listed: no', async () => {
    expect(await judgeRollout(rollout(rolloutEntry()), OLD, device)).toEqual({
      verdict: 'out',
      because: 'not-listed',
    });
  });

  it('stays as it was when the percentage rises: nobody who was in drops out', async () => {
    const percentage = fc.double({ min: 0, max: 100, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...deviceIds), percentage, percentage, async (deviceId, a, b) => {
        const verdicts = await Promise.all(
          [Math.min(a, b), Math.max(a, b)].map((share) =>
            judgeRollout(rollout(rolloutEntry({ percentage: share })), NEW, { ...device, deviceId }),
          ),
        );
        if (verdicts[0]?.verdict === 'in') expect(verdicts[1]?.verdict).toBe('in');
      }),
    );
  });
});

describe('a recall', () => {
  it.each<[string, ReturnType<typeof rollout>, string | null]>([
    ['of the release', rollout(rolloutEntry({ state: 'recalled', why: 'bricks' })), 'bricks'],
    ['of another one', rollout(rolloutEntry({ version: OLD, state: 'recalled', why: 'bricks' })), null],
    ['is no halt', rollout(rolloutEntry({ state: 'halted', why: 'slow' })), null],
    ['of none', rollout(), null],
  ])('%s', (_name, document, why) => {
    expect(recallOf(document, NEW)).toBe(why);
  });
});

describe('the share of a device', () => {
  it('is a number from 0 up to, never at, 100', async () => {
    const shares = await Promise.all(deviceIds.map((id) => shareOf(id, NEW)));
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThan(100);
  });

  it('is the same wherever and whenever it is computed', async () => {
    // The first 32 bits of SHA-256("cd…cd\n" + version), as every device and the edge must compute them.
    expect(await shareOf(device.deviceId, NEW)).toBe(await shareOf(device.deviceId, NEW));
    expect(await shareOf('', '')).toBeCloseTo((0x01ba4719 / 2 ** 32) * 100, 10);
  });

  it('spreads devices evenly, and the first ones of one release are not the first ones of the next', async () => {
    const low = async (release: string) => {
      const shares = await Promise.all(deviceIds.map((id) => shareOf(id, release)));
      return new Set(deviceIds.filter((_, i) => (shares[i] ?? 100) < 25));
    };
    const [first, second] = [await low(OLD), await low(NEW)];
    expect(first.size).toBeGreaterThan(70);
    expect(first.size).toBeLessThan(130);
    expect(first.intersection(second).size).toBeLessThan(first.size / 2);
  });
});
