/** `cistern-repo publish` against the real Worker: complete, repeated, refused, cut and gone on. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, startNode } from '../support/processes.ts';
import { CISTERN_REPO } from '../support/repository.ts';
import { DEFECTS } from './defects.ts';
import type { Intercept } from './lying-mirror.ts';
import { type Publishing, shown, startPublishing } from './publishing.ts';

let publishing: Publishing;
let running: Running | undefined;
beforeAll(async () => {
  publishing = await startPublishing();
}, 90_000);
afterAll(() => publishing.stop());

describe('publish', () => {
  it('makes a release that an audit from the root finds sound', async () => {
    const version = publishing.nextVersion();
    const done = await publishing.publish(await publishing.packageOf(version), version);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(shown(done)).toMatchObject({ release: 'published', rollout: 'started', manifest: { version } });
    const audit = await publishing.verify();
    expect(audit, audit.stderr).toMatchObject({ code: 0 });
    expect(shown(audit).releases).toContain(version);
  });

  it('does nothing when it is run again, on another day too', async () => {
    const version = publishing.nextVersion();
    const directory = await publishing.packageOf(version);
    const first = shown(await publishing.publish(directory, version));
    const nowMs = Date.now() + 3 * 24 * 60 * 60 * 1000;
    const again = await publishing.publish(directory, version, { nowMs });
    expect(shown(again)).toMatchObject({ release: 'was-published', rollout: 'kept' });
    expect(shown(again).upload).toMatchObject({ uploadedChunks: 0 });
    expect(shown(await publishing.verify()).versions.targets).toBe(first.targetsVersion);
  });

  it('refuses other content under a version that is published', async () => {
    const version = await publishing.publishedVersion();
    const before = shown(await publishing.verify()).versions;
    const other = await publishing.publish(await publishing.packageOf(version, { seed: 2 }), version);
    expect(other.code).toBe(65);
    expect(shown(other)).toMatchObject({ reason: 'release-exists-with-other-content' });
    expect(shown(other).sentence).toContain('files');
    expect(shown(await publishing.verify()).versions).toEqual(before);
  });

  it('records the versions it may follow, and who says so', async () => {
    const version = publishing.nextVersion();
    const more = ['--from', 'R06A05..R06A09:01', '--from-source', 'this test'];
    const done = await publishing.publish(await publishing.packageOf(version), version, { more });
    expect(shown(done).manifest.installableFrom).toEqual([
      { from: { baseline: 6, minRelease: 5, maxRelease: 9, customLine: '01' }, source: 'this test' },
    ]);
  });

  it('offers it to the channel and from the instant that it is told, until it is told otherwise', async () => {
    const version = publishing.nextVersion();
    const offer = { channel: 'beta', startsAt: '2031-12-01T02:00:00.000Z' };
    const more = ['--rollout', '5', '--channel', 'beta', '--starts-at', '2031-12-01T02:00Z'];
    await publishing.publish(await publishing.packageOf(version), version, { more });
    const wider = await publishing.rollout('set', version, '--percentage', '50');
    expect(shown(wider)).toMatchObject({ ...offer, percentage: 50 });
    const open = await publishing.rollout(
      'set',
      version,
      '--channel',
      'stable',
      '--starts-at',
      '2026-11-01T00:00Z',
    );
    expect(shown(open)).toMatchObject({
      channel: 'stable',
      startsAt: '2026-11-01T00:00:00.000Z',
      percentage: 50,
    });
    expect(shown(await publishing.rollout('set', version))).toMatchObject({ reason: 'offer-not-given' });
  });

  it.each([
    ['a channel that is none', ['--channel', 'nightly'], 64],
    ['--from without --from-source', ['--from', 'R06'], 64],
    ['--from that names nothing', ['--from', 'everything', '--from-source', 'x'], 64],
    ['a share of 101 %', ['--rollout', '101'], 64],
    ['an unknown flag', ['--force'], 64],
  ])('refuses %s before it reads anything', async (_, more, code) => {
    const refused = await publishing.publish('/nowhere', publishing.nextVersion(), { more });
    expect(refused.code).toBe(code);
  });

  it('uploads nothing of a defective package and names each defect', async () => {
    const version = publishing.nextVersion();
    const directory = await publishing.packageOf(version);
    await DEFECTS.programsIntoEfs2.apply(directory);
    const requests: string[] = [];
    const done = await publishing.throughMirror(
      {
        intercept: ({ path }) => {
          requests.push(path);
          return null;
        },
      },
      (to) => publishing.publish(directory, version, { to }),
    );
    expect(done.code).toBe(65);
    expect(shown(done).findings).toContainEqual(
      expect.objectContaining({ reason: 'touches-protected-range', line: 7 }),
    );
    expect(requests).toEqual([]);
  });

  it('is refused with a token that is not the operator’s', async () => {
    const version = publishing.nextVersion();
    const tokenFile = join(publishing.scratch, 'other.token');
    await writeFile(tokenFile, 'A'.repeat(43));
    const done = await publishing.publish(await publishing.packageOf(version), version, { tokenFile });
    expect(done.code).toBe(77);
    expect(shown(done).reason).toBe('operator-token-refused');
  });

  it('says so when nothing listens there', async () => {
    const version = publishing.nextVersion();
    const to = 'http://127.0.0.1:9';
    const done = await publishing.publish(await publishing.packageOf(version), version, { to });
    expect(done.code).toBe(69);
    expect(shown(done).sentence).toContain('Nothing of the package was uploaded.');
  });

  it('is refused for a model whose partition table nobody knows', async () => {
    const version = publishing.nextVersion();
    const model = 'quectel/ec25euxga-m1g';
    const done = await publishing.publish(await publishing.packageOf(version), version, { model });
    expect(done.code).toBe(65);
    expect(shown(done).reason).toBe('model-incomplete');
  });

  it.each([
    { what: 'the second chunk', part: '/v1/operator/chunks/', passing: 1 },
    { what: 'the second target', part: '/targets/', passing: 1 },
    { what: 'the signed metadata', part: '.targets.json', passing: 0 },
    { what: 'the rollout', part: '/rollout', passing: 0 },
  ])('goes on from there when it was cut at $what', async ({ part, passing }) => {
    const version = publishing.nextVersion();
    const directory = await publishing.packageOf(version, { seed: 3 });
    let passed = 0;
    const intercept: Intercept = ({ method, path }) => {
      if (method !== 'PUT' || !path.includes(part) || passed++ < passing) return null;
      return { status: 503, body: Buffer.from('{}') };
    };
    const cut = await publishing.throughMirror({ intercept }, (to) =>
      publishing.publish(directory, version, { to }),
    );
    expect(cut.code, cut.stdout).toBe(75);
    expect(shown(cut).sentence).toContain('the same command goes on from there');
    const sound = await publishing.verify();
    expect(sound, sound.stdout).toMatchObject({ code: 0 });

    const again = await publishing.publish(directory, version);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(shown(again).rollout).toBe('started');
    const audit = await publishing.verify();
    expect(audit.code).toBe(0);
    expect(shown(audit).releases.filter((release: string) => release === version)).toHaveLength(1);
  });

  it.each([
    { what: 'in the middle of the chunks', part: '/v1/operator/chunks/' },
    { what: 'while the repository makes it visible', part: '.targets.json' },
  ])('is killed $what, is visible whole or not at all, and goes on from there', async ({ part }) => {
    const version = publishing.nextVersion();
    const directory = await publishing.packageOf(version, { seed: 5 });
    let killed: Promise<void> | null = null;
    const ended = await publishing.throughMirror(
      {
        intercept: ({ method, path }) => {
          if (method === 'PUT' && path.includes(part)) killed ??= running?.stop('SIGKILL') ?? null;
          return null;
        },
      },
      async (to) => {
        running = startNode([CISTERN_REPO, ...publishing.publishArguments(directory, version, { to })]);
        return running.finished;
      },
    );
    await killed;
    expect(ended).toMatchObject({ code: null, stdout: '' });
    expect(await publishing.verify()).toMatchObject({ code: 0 });
    expect(shown(await publishing.publish(directory, version))).toMatchObject({
      ok: true,
      rollout: 'started',
    });
    expect(shown(await publishing.verify()).releases).toContain(version);
  });

  it('refuses notes that no manifest can hold, before anything is sent', async () => {
    const version = publishing.nextVersion();
    const more = ['--notes', 'x'.repeat(4001)];
    const refused = await publishing.publish(await publishing.packageOf(version), version, { more });
    expect(refused.code).toBe(64);
    expect(shown(refused)).toMatchObject({ reason: 'statement-invalid' });
    expect(shown(refused).sentence).toContain('notes');
  });

  it('does not take back a halt that came while it was uploading', async () => {
    const [other, version] = [await publishing.publishedVersion(), publishing.nextVersion()];
    const intercept: Intercept = async ({ method, path }) => {
      if (method === 'PUT' && path.includes('.targets.json'))
        expect(await publishing.rollout('halt', other, '--why', 'no SIM')).toMatchObject({ code: 0 });
      return null;
    };
    const directory = await publishing.packageOf(version);
    const done = await publishing.throughMirror({ intercept }, (to) =>
      publishing.publish(directory, version, { to }),
    );
    expect(shown(done)).toMatchObject({ ok: true, rollout: 'started' });
    const resumed = await publishing.rollout('set', other, '--percentage', '50');
    expect(shown(resumed)).toMatchObject({ state: 'halted', why: 'no SIM' });
  });

  it('starts no rollout over one that changed under its hands, and says to run it again', async () => {
    const [other, version] = [await publishing.publishedVersion(), publishing.nextVersion()];
    let halted = false;
    const intercept: Intercept = async ({ method, path }) => {
      if (method === 'PUT' && path.endsWith('/rollout') && !halted) {
        halted = true;
        await publishing.rollout('halt', other, '--why', 'no SIM');
      }
      return null;
    };
    const directory = await publishing.packageOf(version);
    const late = await publishing.throughMirror({ intercept }, (to) =>
      publishing.publish(directory, version, { to }),
    );
    expect(late.code, late.stdout).toBe(75);
    expect(shown(late)).toMatchObject({ reason: 'repository-refused' });
    const again = await publishing.publish(directory, version);
    expect(shown(again)).toMatchObject({ ok: true, rollout: 'started' });
    expect(shown(await publishing.rollout('set', other, '--percentage', '50'))).toMatchObject({
      state: 'halted',
    });
  });

  it('leaves a rollout that was halted as it stands', async () => {
    const version = await publishing.publishedVersion();
    expect(await publishing.rollout('halt', version, '--why', 'no SIM')).toMatchObject({ code: 0 });
    const again = await publishing.publish(await publishing.packageOf(version), version);
    expect(shown(again).rollout).toBe('kept');
  });
});

// Last, because its releases are larger and every audit after it would fetch them.
describe('two versions of one firmware', () => {
  it('share most chunks, and the former release stays', async () => {
    const [former, version] = [publishing.nextVersion(), publishing.nextVersion()];
    const sizeBytes = 8_000_000;
    const first = shown(
      await publishing.publish(await publishing.packageOf(former, { seed: 4, sizeBytes }), former),
    );
    const second = shown(
      await publishing.publish(await publishing.packageOf(version, { seed: 4, sizeBytes }), version),
    );
    expect(second.upload.sharedChunks).toBeGreaterThan(3);
    expect(second.upload.uploadedBytes).toBeLessThan(first.upload.uploadedBytes);
    expect(shown(await publishing.verify()).releases).toEqual(expect.arrayContaining([former, version]));
  });
});
