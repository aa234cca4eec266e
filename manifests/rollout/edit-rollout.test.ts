import { describe, expect, it } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import { judgeRollout, type Rollout, rolloutSchema } from '../../shared/rollout.ts';
import { changeRelease, type RolloutChange, startRelease } from './edit-rollout.ts';

const OLD = 'EC25EUGAR06A05M4G_01.003.01.003';
const NEW = 'EC25EUGAR08A03M4G_01.200.01.200';
const NOW_MS = Date.parse('2026-11-23T08:00:00Z');

function rollout(...versions: string[]): Rollout {
  const empty: Rollout = {
    format: 'cistern-rollout/1',
    model: 'quectel/ec25euga-m4g' as ModelId,
    releases: [],
  };
  return versions.reduce(
    (so, version) =>
      startRelease(so, { version, percentage: 10, channel: 'stable', startsAt: null, nowMs: NOW_MS }),
    empty,
  );
}

function entryAfter(...changes: RolloutChange[]) {
  let current = rollout(OLD, NEW);
  for (const change of changes) {
    const changed = changeRelease(current, NEW, change);
    if (!changed.ok) return changed.failure;
    current = changed.value;
  }
  expect(rolloutSchema.safeParse(current).success).toBe(true);
  expect(current.releases[0]).toEqual(rollout(OLD).releases[0]);
  return current.releases[1];
}

describe('a change of a rollout', () => {
  it.each<[string, RolloutChange[], object]>([
    [
      'raises the percentage',
      [{ kind: 'offer', percentage: 50 }],
      { percentage: 50, state: 'running', why: '' },
    ],
    [
      'halts with the reason',
      [{ kind: 'halted', why: 'no SIM' }],
      { percentage: 10, state: 'halted', why: 'no SIM' },
    ],
    ['recalls with the reason', [{ kind: 'recalled', why: 'CFUN 5' }], { state: 'recalled', why: 'CFUN 5' }],
    [
      'resumes at the percentage it had',
      [{ kind: 'halted', why: 'x' }, { kind: 'running' }],
      { percentage: 10, state: 'running', why: '' },
    ],
    [
      'recalls what was halted',
      [
        { kind: 'halted', why: 'x' },
        { kind: 'recalled', why: 'y' },
      ],
      { state: 'recalled', why: 'y' },
    ],
    [
      'never takes back a recall',
      [{ kind: 'recalled', why: 'CFUN 5' }, { kind: 'running' }],
      { reason: 'rollout-recalled', why: 'CFUN 5' },
    ],
  ])('%s', (_, changes, expected) => {
    expect(entryAfter(...changes)).toMatchObject(expected);
  });

  const AT = '2026-12-01T02:00:00.000Z';
  it.each<[string, RolloutChange[], 'stable' | 'beta', string, object]>([
    [
      'all at once',
      [{ kind: 'offer', percentage: 100 }],
      'stable',
      '2026-11-23T08:00:00Z',
      { verdict: 'in' },
    ],
    [
      'none on stable where it is for beta',
      [{ kind: 'offer', percentage: 100, channel: 'beta' }],
      'stable',
      AT,
      { verdict: 'out', because: 'channel' },
    ],
    [
      'those on beta where it is for beta',
      [{ kind: 'offer', percentage: 100, channel: 'beta' }],
      'beta',
      AT,
      { verdict: 'in' },
    ],
    [
      'those on stable once it left beta',
      [
        { kind: 'offer', percentage: 100, channel: 'beta' },
        { kind: 'offer', channel: 'stable' },
      ],
      'stable',
      AT,
      { verdict: 'in' },
    ],
    [
      'none before it starts',
      [{ kind: 'offer', percentage: 100, startsAt: AT }],
      'stable',
      '2026-12-01T01:59:59Z',
      { verdict: 'out', because: 'not-started' },
    ],
    [
      'all from its start on',
      [{ kind: 'offer', percentage: 100, startsAt: AT }],
      'stable',
      AT,
      { verdict: 'in' },
    ],
  ])('lets devices in: %s', async (_, changes, channel, now, verdict) => {
    const entry = entryAfter(...changes);
    const releases = entry !== undefined && 'version' in entry && 'state' in entry ? [entry] : [];
    const device = { deviceId: 'device', channel, nowMs: Date.parse(now) };
    expect(await judgeRollout({ ...rollout(), releases }, NEW, device)).toEqual(verdict);
  });

  it('refuses a release that is not in the rollout, and names those that are', () => {
    expect(changeRelease(rollout(OLD), NEW, { kind: 'running' })).toEqual({
      ok: false,
      failure: { reason: 'release-not-in-rollout', version: NEW, listed: [OLD] },
    });
  });
});
