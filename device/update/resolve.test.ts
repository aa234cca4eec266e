import { describe, expect, it } from 'vitest';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { parseFirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import type { RolloutEntry } from '../../shared/rollout.ts';
import { findNamedRelease, type ResolveInput, resolveRelease } from './resolve.ts';

const OLD = 'EC25EUGAR06A05M4G_01.003.01.003';
const NEXT = 'EC25EUGAR06A06M4G_01.004.01.004';
const LATER = 'EC25EUGAR06A07M4G_01.005.01.005';
const OVER = 'EC25EUGAR08A03M4G_01.200.01.200';
const NOW_MS = Date.parse('2026-03-01T00:00:00Z');

const storage = { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 } as const;
const model = 'quectel/ec25euga-m4g' as ModelId;
const entry: ModelEntry = {
  format: 'cistern-model/1',
  model,
  vendor: 'quectel',
  name: 'EC25-EU',
  hardware: 'EC25EUGA',
  flash: 'M4G',
  chip: 'MDM9607',
  flashMethod: 'firehose-nand',
  storage,
  usb: { normal: ['2c7c:0125'], edl: ['05c6:9008'], diagInterface: 0, atInterface: 2 },
  programmerImageId: 13,
  protectedRanges: [{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }],
  edges: [],
  knownIssues: [],
  routers: [],
  sources: ['edl 1d'],
};

const release = (
  version: string,
  installableFrom: ReleaseManifest['installableFrom'] = [],
): ReleaseManifest => ({
  format: 'cistern-release/1',
  model,
  version,
  releasedOn: '2026-01-31',
  flash: { method: 'firehose-nand', storage, programmer: 'p.mbn', rawprogram: 'r.xml', patches: [] },
  protectedRanges: entry.protectedRanges,
  installableFrom,
  files: [{ path: 'p.mbn', offsetBytes: 512, sizeBytes: 1, sha256: 'ab'.repeat(32) }],
  package: { index: 'i', sizeBytes: 1, sha256: 'ab'.repeat(32), chunkCount: 1, storedBytes: 1 },
  notes: '',
  fixes: [],
  knownIssues: [],
});

const running = (version: string, changes: Partial<RolloutEntry> = {}): RolloutEntry => ({
  version,
  channel: 'stable',
  percentage: 100,
  startsAt: '2026-02-01T00:00:00Z',
  state: 'running',
  why: '',
  ...changes,
});

type Wish = Partial<Omit<ResolveInput, 'installed' | 'rollout'>> & {
  readonly installed?: string;
  readonly rollout?: readonly RolloutEntry[];
};

async function resolve({
  installed = OLD,
  rollout,
  releases = [release(NEXT), release(LATER)],
  ...rest
}: Wish) {
  const version = parseFirmwareVersion(installed);
  if (!version.ok) throw new Error(installed);
  return resolveRelease({
    installed: version.value,
    entry,
    givenUp: [],
    releases,
    rollout: {
      format: 'cistern-rollout/1',
      model,
      releases: [...(rollout ?? releases.map((each) => running(each.version)))],
    },
    device: { deviceId: 'cd'.repeat(32), channel: 'stable', nowMs: NOW_MS },
    ...rest,
  });
}

const installs = (version: string) => ({ ok: true, value: { action: 'install', manifest: { version } } });
const UP_TO_DATE = { ok: true, value: { action: 'up-to-date' } };

it('takes a release that failed on this modem when it is named', async () => {
  expect(await resolve({ wanted: LATER, givenUp: [LATER] })).toMatchObject(installs(LATER));
});

describe('without a wish, a modem gets', () => {
  it('the newest release that fits', async () => {
    expect(await resolve({})).toMatchObject(installs(LATER));
    expect(await resolve({ releases: [release(LATER), release(NEXT)] })).toMatchObject(installs(LATER));
  });

  it.each([
    ['nothing is published', { releases: [] }],
    ['only what it runs is published', { releases: [release(OLD)] }],
    ['only older ones are published', { installed: LATER, releases: [release(NEXT), release(OLD)] }],
    [
      'an older one is listed as a way back',
      { installed: LATER, releases: [release(NEXT, [{ from: {}, source: 's' }])] },
    ],
    ['only what does not fit is published', { releases: [release(OVER)] }],
    ['only another model is published', { releases: [release('EG25GGBR07A08M2G_30.006')] }],
    ['nothing is rolled out', { rollout: [] }],
    [
      'all is recalled',
      { rollout: [running(NEXT, { state: 'recalled' }), running(LATER, { state: 'halted' })] },
    ],
  ] as const)('nothing where %s', async (_, wish) => {
    expect(await resolve(wish as Wish)).toMatchObject(UP_TO_DATE);
  });

  it.each([
    ['is recalled', { state: 'recalled' as const, why: 'boot loop' }],
    ['is halted', { state: 'halted' as const }],
    ['is at 0 %', { percentage: 0 }],
    ['has not started', { startsAt: '2026-04-01T00:00:00Z' }],
    ['is a beta', { channel: 'beta' as const }],
  ])('the one before where the newest %s', async (_, change) => {
    expect(await resolve({ rollout: [running(NEXT), running(LATER, change)] })).toMatchObject(installs(NEXT));
  });

  it('the one before where the newest failed on it', async () => {
    const decided = await resolve({ givenUp: [LATER] });
    expect(decided).toMatchObject(installs(NEXT));
    expect(decided).toMatchObject({
      value: { considered: expect.arrayContaining([expect.objectContaining({ rollout: 'failed-here' })]) },
    });
    expect(await resolve({ givenUp: [NEXT, LATER] })).toMatchObject(UP_TO_DATE);
  });

  it('a beta where the device takes part in betas', async () => {
    const wish = { rollout: [running(NEXT), running(LATER, { channel: 'beta' as const })] };
    const device = { deviceId: 'cd'.repeat(32), channel: 'beta', nowMs: NOW_MS } as const;
    expect(await resolve({ ...wish, device })).toMatchObject(installs(LATER));
  });

  it('the first hop on the way to the newest, and never through one that is held back', async () => {
    const releases = [release(NEXT), release(OVER, [{ from: { baseline: 6, minRelease: 6 }, source: 's' }])];
    const first = await resolve({ releases });
    expect(first).toMatchObject(installs(NEXT));
    expect(first.ok && first.value.action === 'install' && first.value.compatibility.path).toEqual([
      NEXT,
      OVER,
    ]);
    const held = [running(OVER), running(NEXT, { state: 'recalled', why: 'no SIM' })];
    expect(await resolve({ releases, rollout: held })).toMatchObject(UP_TO_DATE);
  });

  it('an answer why each other release was not chosen', async () => {
    const resolved = await resolve({
      releases: [release(NEXT), release(LATER), release(OVER)],
      rollout: [running(NEXT), running(LATER, { state: 'recalled', why: 'x' }), running(OVER)],
    });
    expect(resolved.ok && resolved.value.considered).toMatchObject([
      { version: NEXT, verdict: 'fits', rollout: 'in' },
      { version: LATER, verdict: 'fits', rollout: 'recalled' },
      { version: OVER, verdict: 'not known', rollout: 'in', sentence: expect.stringContaining('baseline') },
    ]);
  });
});

describe('a version that the user names', () => {
  const wanted = LATER;

  it.each([
    ['is not rolled out that far', { percentage: 0 }],
    ['has not started', { startsAt: '2026-04-01T00:00:00Z' }],
    ['is a beta', { channel: 'beta' as const }],
  ])('is installed though it %s', async (_, change) => {
    expect(await resolve({ wanted, rollout: [running(LATER, change)] })).toMatchObject(installs(LATER));
  });

  it('may be a listed way back', async () => {
    const releases = [release(NEXT, [{ from: { baseline: 6 }, source: 's' }])];
    expect(await resolve({ installed: LATER, wanted: NEXT, releases })).toMatchObject(installs(NEXT));
  });

  it('is nothing to do where it is installed', async () => {
    expect(await resolve({ installed: NEXT, wanted: NEXT })).toMatchObject(UP_TO_DATE);
  });

  it.each([
    ['is no version', { wanted: 'latest' }, { reason: 'wanted-version-unreadable', text: 'latest' }],
    ['is not published', { wanted: OVER }, { reason: 'release-not-published', published: [NEXT, LATER] }],
    [
      'does not fit',
      { wanted: OVER, releases: [release(OVER)] },
      { reason: 'release-does-not-fit', installed: OLD, verdict: 'not known' },
    ],
    [
      'needs a hop before',
      {
        wanted: OVER,
        releases: [release(NEXT), release(OVER, [{ from: { baseline: 6, minRelease: 6 }, source: 's' }])],
      },
      { reason: 'release-needs-hops', installed: OLD, version: OVER, hops: [NEXT, OVER] },
    ],
    [
      'is recalled',
      { wanted, rollout: [running(LATER, { state: 'recalled', why: 'boot loop' })] },
      { reason: 'release-held-back', because: 'recalled', why: 'boot loop' },
    ],
    [
      'is halted',
      { wanted, rollout: [running(LATER, { state: 'halted', why: 'wait' })] },
      { reason: 'release-held-back', because: 'halted', why: 'wait' },
    ],
    [
      'is not in the rollout: the online role has not allowed it',
      { wanted, rollout: [] },
      { reason: 'release-held-back', because: 'not-listed', why: '' },
    ],
  ] as const)('is refused where it %s', async (_, wish, failure) => {
    expect(await resolve(wish as Wish)).toMatchObject({ ok: false, failure });
  });
});

describe('a release that is named for a modem that cannot say what it runs', () => {
  const named = (wish: Partial<Parameters<typeof findNamedRelease>[0]>) =>
    findNamedRelease({
      releases: [release(NEXT), release(LATER)],
      rollout: { format: 'cistern-rollout/1', model, releases: [running(NEXT), running(LATER)] },
      wanted: LATER,
      device: { deviceId: 'ab'.repeat(32), channel: 'stable', nowMs: NOW_MS },
      ...wish,
    });

  it('is found, whatever it may follow', async () => {
    expect(await named({})).toMatchObject({ ok: true, value: { version: LATER } });
  });

  it.each([
    ['is not published', { wanted: OVER }, 'release-not-published'],
    [
      'is recalled',
      {
        rollout: {
          format: 'cistern-rollout/1',
          model,
          releases: [running(LATER, { state: 'recalled', why: 'x' })],
        },
      },
      'release-held-back',
    ],
    [
      'was never rolled out',
      { rollout: { format: 'cistern-rollout/1', model, releases: [] } },
      'release-held-back',
    ],
  ] as const)('is refused where it %s', async (_, wish, reason) => {
    expect(await named(wish as Parameters<typeof named>[0])).toMatchObject({
      ok: false,
      failure: { reason },
    });
  });
});
