/** `cistern-repo verify` and `rollout` against the real Worker, and against a mirror that lies. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Interrupted } from '../../manifests/context.ts';
import type { Alter, Intercept } from './lying-mirror.ts';
import { type Publishing, shown, startPublishing } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

let publishing: Publishing;
beforeAll(async () => {
  publishing = await startPublishing();
}, 90_000);
afterAll(() => publishing.stop());

describe('verify', () => {
  beforeAll(async () => {
    await publishing.publishedVersion();
  });

  const flipped = (body: Buffer) => {
    const copy = Buffer.from(body);
    copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 0x01;
    return copy;
  };
  const lie = (
    part: string | RegExp,
    change: (answer: { status: number; body: Buffer }) => { status: number; body: Buffer },
  ): { alter: Alter } => ({
    alter: ({ path }, answer) => (path.match(part) === null ? answer : change(answer)),
  });
  const flip = (part: string | RegExp) => lie(part, (answer) => ({ ...answer, body: flipped(answer.body) }));
  const lose = (part: string | RegExp) => lie(part, () => ({ status: 404, body: Buffer.from('{}') }));

  it.each([
    ['a chunk was flipped', flip('/v1/chunks/'), 'repository-defective'],
    ['a chunk is lost', lose('/v1/chunks/'), 'repository-defective'],
    ['the catalogue entry was flipped', flip('.model.json'), 'repository-defective'],
    ['a manifest is lost', lose(/[0-9a-f]{64}\.EC25.*\.json/), 'repository-defective'],
    [
      'an index was cut short',
      lie('.caibx', ({ status, body }) => ({ status, body: body.subarray(0, -8) })),
      'repository-defective',
    ],
    ['the timestamp was flipped', flip('timestamp.json'), 'metadata'],
    ['the snapshot was flipped', flip('snapshot.json'), 'metadata'],
    ['the targets were flipped', flip(/\d\.targets\.json/), 'metadata'],
    ['the rollout role was flipped', flip(/\d\.rollout\.json/), 'metadata'],
    ['the targets are lost', lose(/\d\.targets\.json/), 'metadata-missing'],
    [
      'the timestamp is of another model',
      lie('timestamp.json', ({ status, body }) => ({
        status,
        body: Buffer.from(body.toString().replaceAll('ec25euga-m4g', 'eg25ggb-m2g')),
      })),
      'metadata-of-another-model',
    ],
  ])('ends with 65 when %s', async (_, lies, reason) => {
    const audit = await publishing.throughMirror(lies, publishing.verify);
    expect(audit.code, audit.stdout).toBe(65);
    expect(shown(audit).reason).toContain(reason);
  });

  it('names every altered chunk, not the first alone', async () => {
    const { chunkCount } = shown(await publishing.verify());
    const audit = await publishing.throughMirror(flip('/v1/chunks/'), publishing.verify);
    expect(chunkCount).toBeGreaterThan(1);
    expect(shown(audit).defects).toHaveLength(chunkCount);
  });

  it('judges from the root it is given, not from the one that is served', async () => {
    const other = join(publishing.scratch, 'other-keys');
    await runCisternRepo([
      'keys',
      'init',
      '--dir',
      other,
      '--online',
      join(other, 'online.env'),
      '--no-passphrase',
    ]);
    const audit = await publishing.verify(publishing.url, join(other, '1.root.json'));
    expect(audit.code).toBe(65);
    expect(shown(audit).reason).toBe('metadata-rejected');
  });

  it.each(['timestamp.json', '/v1/chunks/'])('ends with 130 when it is interrupted at %s', async (part) => {
    const interruption = new AbortController();
    const intercept: Intercept = ({ path }) => {
      if (path.includes(part)) interruption.abort(new Interrupted());
      return null;
    };
    const args = ['--root', join(publishing.keys, '1.root.json'), '--model', 'quectel/ec25euga-m4g'];
    const ended = await publishing.throughMirror({ intercept }, (url) =>
      runCisternRepo(['verify', url, ...args], { signal: interruption.signal }),
    );
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain('Interrupted.');
  });

  it('says so when a model has no releases', async () => {
    const audit = await runCisternRepo([
      ...[
        'verify',
        publishing.url,
        '--root',
        join(publishing.keys, '1.root.json'),
        '--model',
        'quectel/eg25ggb-m2g',
        '--json',
      ],
    ]);
    expect(audit.code).toBe(65);
    expect(shown(audit).reason).toBe('model-not-published');
  });
});

describe('rollout', () => {
  it('is set, halted, resumed and recalled, and a recall is final', async () => {
    const version = await publishing.publishedVersion();
    expect(shown(await publishing.rollout('set', version, '--percentage', '5'))).toMatchObject({
      percentage: 5,
    });
    expect(shown(await publishing.rollout('halt', version, '--why', 'no SIM'))).toMatchObject({
      state: 'halted',
    });
    expect(shown(await publishing.rollout('resume', version))).toMatchObject({
      state: 'running',
      percentage: 5,
    });
    expect(shown(await publishing.rollout('recall', version, '--why', 'CFUN 5'))).toMatchObject({
      state: 'recalled',
    });
    const resumed = await publishing.rollout('resume', version);
    expect(resumed.code).toBe(65);
    expect(shown(resumed).reason).toBe('rollout-recalled');
    expect((await publishing.verify()).code).toBe(0);
  });
});
