/** `cistern-repo` against a real S3 server: published, repeated, rolled out, renewed, audited. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDemoPackage } from '../firmware/demo-package.ts';
import { shown } from '../firmware/publishing.ts';
import { runCisternRepo } from '../firmware/run-cistern-repo.ts';
import { sharedSwift } from './shared-swift.ts';
import type { S3Server } from './swift-server.ts';

const MODEL = 'quectel/ec25euga-m4g';
const FIRST = 'EC25EUGAR06A05M4G_01.003.01.003';
const SECOND = 'EC25EUGAR08A03M4G_01.200.01.200';

const swift = sharedSwift();

describe.skipIf(swift === null)('a bucket without a Worker', () => {
  let scratch: string;
  const server = swift as S3Server;
  let env: Record<string, string>;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 's3-publish-'));
    await server.makeBucket('firmware');
    env = {
      AWS_ENDPOINT_URL_S3: server.endpoint,
      AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
    };
    const init = ['keys', 'init', '--dir', join(scratch, 'keys'), '--no-passphrase'];
    expect(await runCisternRepo([...init, '--online', online()])).toMatchObject({ code: 0 });
    for (const version of [FIRST, SECOND])
      await writeDemoPackage(join(scratch, version), { version, sizeBytes: 4_000_000 });
  });
  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
  });

  const online = () => join(scratch, 'online.env');
  const root = () => join(scratch, 'keys/1.root.json');
  const run = (...args: string[]) => runCisternRepo([...args, '--json'], { env });
  const publish = (version: string, bucket = 's3://firmware') =>
    run(
      ...['publish', join(scratch, version), '--model', MODEL, '--version', version, '--to', bucket],
      ...['--keys', join(scratch, 'keys'), '--online-keys', online(), '--released-on', '2026-11-23'],
    );
  const verify = (bucket = 's3://firmware') => run('verify', bucket, '--root', root(), '--model', MODEL);

  it('is published into and audited to the last chunk, and the same again does nothing', async () => {
    const done = await publish(FIRST);
    expect(shown(done), done.stdout).toMatchObject({ ok: true, release: 'published', rollout: 'started' });
    expect(shown(await verify())).toMatchObject({ ok: true, releases: [FIRST], defects: [] });
    const again = shown(await publish(FIRST));
    expect(again).toMatchObject({ release: 'was-published', rollout: 'kept', upload: { uploadedChunks: 0 } });
  });

  it('takes a second version, of which it stores what is new', async () => {
    const done = shown(await publish(SECOND));
    expect(done).toMatchObject({ release: 'published', targetsVersion: 2 });
    expect(done.upload.sharedChunks).toBeGreaterThan(0);
    expect(shown(await verify()).releases).toEqual([FIRST, SECOND]);
  });

  it('follows rollouts, root rotation and renewal', async () => {
    const where = ['--online-keys', online()];
    const halt = await run(
      ...['rollout', 'halt', MODEL, FIRST, '--at', 's3://firmware', '--root', root(), '--why', 'no SIM'],
      ...where,
    );
    expect(shown(halt)).toMatchObject({ state: 'halted', why: 'no SIM' });
    expect(await run('keys', 'renew', '--dir', join(scratch, 'keys'))).toMatchObject({ code: 0 });
    const renewed = await run(
      ...['targets', 'renew', MODEL, '--keys', join(scratch, 'keys'), '--to', 's3://firmware', ...where],
    );
    expect(shown(renewed), renewed.stdout).toMatchObject({ isVisible: true, root: 2, targetsVersion: 3 });
    expect(shown(await verify())).toMatchObject({ ok: true, versions: { root: 2, targets: 3 } });
  });

  it('is not signed for with keys that its root does not name', async () => {
    const other = join(scratch, 'other.env');
    const stranger = join(scratch, 'other-keys');
    await run('keys', 'init', '--dir', stranger, '--no-passphrase', '--online', other);
    const refused = await run(
      ...['rollout', 'recall', MODEL, FIRST, '--at', 's3://firmware', '--root', root(), '--why', 'x'],
      ...['--online-keys', other],
    );
    expect(shown(refused)).toMatchObject({ reason: 'publication-refused' });
    const lost = await run(
      ...['publish', join(scratch, FIRST), '--model', MODEL, '--version', FIRST, '--to', 's3://firmware'],
      ...['--keys', stranger, '--online-keys', other],
    );
    expect(shown(lost)).toMatchObject({ reason: 'publication-refused' });
    expect(shown(lost).sentence).toContain('another root 1');
    expect(shown(await verify())).toMatchObject({ ok: true, versions: { targets: 3 } });
  });

  it('is mirrored into another bucket and into a directory, and each is sound', async () => {
    await server.makeBucket('mirror');
    for (const to of ['s3://mirror/v1', join(scratch, 'mirror')]) {
      const mirrored = await run('mirror', 's3://firmware', '--to', to, '--root', root());
      expect(shown(mirrored), mirrored.stdout).toMatchObject({ mirrored: [{ model: MODEL, releases: 2 }] });
      expect(shown(await verify(to))).toMatchObject({ ok: true, releases: [FIRST, SECOND] });
    }
    const again = await run('mirror', 's3://firmware', '--to', 's3://mirror/v1', '--root', root());
    expect(shown(again).mirrored).toMatchObject([{ copiedChunks: 0, metadata: 'was-there' }]);
  });

  it('gives away and takes one release as a file', async () => {
    const file = join(scratch, 'release.tar');
    const exported = await run(
      ...['export', 's3://firmware', '--model', MODEL, '--version', SECOND, '--root', root(), '--out', file],
    );
    expect(exported.code, exported.stdout).toBe(0);
    await server.makeBucket('carried');
    expect(await run('import', file, '--root', root(), '--to', 's3://carried')).toMatchObject({ code: 0 });
    const listed = shown(await run('releases', 's3://carried', '--root', root(), '--model', MODEL));
    expect(listed.models[0].releases).toHaveLength(2);
  });

  it('loses nothing that is needed when it is cleaned up', async () => {
    const counted = shown(await run('gc', 's3://firmware', '--older-than', '1'));
    expect(counted).toMatchObject({ garbageCount: 0, youngCount: 0 });
    expect(counted.referencedCount).toBe(counted.chunkCount);
    expect(await run('gc', 's3://firmware', '--older-than', '1', '--delete')).toMatchObject({ code: 0 });
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('says so when the bucket does not exist', async () => {
    const refused = await publish(FIRST, 's3://no-such-bucket');
    expect(refused.code).toBe(77);
    expect(shown(refused)).toMatchObject({ reason: 'store-refused' });
  });
});
