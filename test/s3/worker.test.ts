/** The Worker on a bucket of a real S3 server: what it takes, signs and serves lies in Swift and nowhere else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../shared/digest.ts';
import { timestampSchema } from '../../shared/trust/documents.ts';
import {
  DEMO_NEW_VERSION,
  DEMO_OLD_VERSION,
  SMALL_SIZE_BYTES,
  writeDemoPackage,
} from '../firmware/demo-package.ts';
import { shown } from '../firmware/publishing.ts';
import { runCisternRepo } from '../firmware/run-cistern-repo.ts';
import { MODEL, makeRepository, mustRun, publishArguments, type Repository } from '../support/repository.ts';
import { endOf, makeScenario } from '../support/scenario.ts';
import { sharedSwift } from './shared-swift.ts';
import type { S3Server } from './swift-server.ts';

const swift = sharedSwift();

describe.skipIf(swift === null)('a Worker whose firmware lies in another S3', () => {
  let scratch: string;
  const server = swift as S3Server;
  let repository: Repository;
  let env: Record<string, string>;
  const packageOf = (version: string) => join(scratch, version);
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 's3-worker-'));
    await server.makeBucket('worker');
    const { accessKeyId, secretAccessKey } = server.credentials;
    env = {
      AWS_ENDPOINT_URL_S3: server.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    repository = await makeRepository(join(scratch, 'repository'), {
      variables: {
        S3_ENDPOINT: server.endpoint,
        S3_BUCKET: 'worker',
        S3_REGION: server.region,
        S3_ACCESS_KEY_ID: accessKeyId,
        S3_SECRET_ACCESS_KEY: secretAccessKey,
      },
    });
    for (const version of [DEMO_OLD_VERSION, DEMO_NEW_VERSION])
      await writeDemoPackage(packageOf(version), { version, sizeBytes: SMALL_SIZE_BYTES });
  });
  afterAll(async () => {
    await repository?.worker.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${repository.url}/v1/${path}`, { headers });
  const poll = async (query: string) =>
    (await get(`models/${MODEL}/poll?${query}`)).json() as Promise<Record<string, string>>;
  const verify = (where: string) =>
    runCisternRepo(['verify', where, '--root', repository.rootFile, '--model', MODEL, '--json'], { env });

  it('serves what was published into the bucket without it', async () => {
    const direct = await runCisternRepo(
      [
        ...['publish', packageOf(DEMO_OLD_VERSION), '--model', MODEL, '--version', DEMO_OLD_VERSION],
        ...['--to', 's3://worker', '--keys', repository.keysDirectory],
        ...['--online-keys', join(scratch, 'repository/online.env'), '--json'],
      ],
      { env },
    );
    expect(shown(direct), direct.stdout).toMatchObject({ release: 'published' });
    expect(shown(await verify(repository.url))).toMatchObject({ ok: true, releases: [DEMO_OLD_VERSION] });
  });

  it('takes a publication, which lies in the bucket then; the same again does nothing', async () => {
    const order = {
      packageDirectory: packageOf(DEMO_NEW_VERSION),
      version: DEMO_NEW_VERSION,
      from: 'R06A05..R06A09:01',
    };
    const publish = () => mustRun([...publishArguments(repository, order), '--json']);
    expect(JSON.parse((await publish()).stdout)).toMatchObject({ release: 'published', targetsVersion: 2 });
    expect(JSON.parse((await publish()).stdout)).toMatchObject({
      release: 'was-published',
      upload: { uploadedChunks: 0 },
    });
    for (const where of ['s3://worker', repository.url])
      expect(shown(await verify(where))).toMatchObject({ ok: true, versions: { targets: 2 } });
  });

  it('answers polls: everything, then nothing new', async () => {
    const first = await poll('root=1&timestamp=0');
    expect(Object.keys(first).sort()).toEqual(['format', 'rollout', 'snapshot', 'targets', 'timestamp']);
    const { version } = timestampSchema.parse(JSON.parse(first.timestamp ?? '')).signed;
    expect(await poll(`root=1&timestamp=${version}`)).toEqual({ format: 'cistern-poll/1' });
  });

  it('signs by itself, and keeps beside the timestamp what polls ask for', async () => {
    const before = timestampSchema.parse(JSON.parse((await poll('root=1&timestamp=0')).timestamp ?? ''));
    const halted = await runCisternRepo([
      ...['rollout', 'halt', MODEL, DEMO_OLD_VERSION, '--at', repository.url, '--why', 'no SIM', '--json'],
      ...['--root', repository.rootFile, '--token-file', repository.tokenFile],
    ]);
    expect(shown(halted), halted.stdout).toMatchObject({ state: 'halted' });
    const answer = await poll(`root=1&timestamp=${before.signed.version}`);
    const after = timestampSchema.parse(JSON.parse(answer.timestamp ?? ''));
    expect(after.signed.version).toBeGreaterThan(before.signed.version);
    expect(shown(await verify('s3://worker'))).toMatchObject({ ok: true, defects: [] });
  });

  it('serves a chunk in parts, by a tag that is the digest of its bytes', async () => {
    const path = await aChunkPath();
    const whole = await get(path);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    expect(etag).toBe(`"sha256-${await sha256Hex(bytes)}"`);

    const part = await get(path, { range: 'bytes=10-19', 'if-range': etag });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${bytes.length}`);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(10, 20));
    const suffix = await get(path, { range: 'bytes=-7' });
    expect(new Uint8Array(await suffix.arrayBuffer())).toEqual(bytes.slice(-7));

    const changed = await get(path, { range: 'bytes=10-19', 'if-range': '"another"' });
    expect(changed.status).toBe(200);
    expect(new Uint8Array(await changed.arrayBuffer())).toEqual(bytes);
    expect((await get(path, { range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(path.replaceAll(/[0-9a-f]{4}(?=\.)/g, '0000'))).status).toBe(404);
  });

  it('says that it is well', async () => {
    const health = (await (await fetch(`${repository.url}/healthz`)).json()) as { status: string };
    expect(health.status).toBe('ok');
  });

  it('updates a modem', async () => {
    const scenario = await makeScenario({ ...repository, directory: scratch, packageDirectory: '' });
    try {
      expect(endOf(await scenario.run())).toBe('updated');
    } finally {
      await scenario.end();
    }
  });

  it('is mirrored', async () => {
    const mirror = join(scratch, 'mirror');
    const mirrored = await runCisternRepo([
      ...['mirror', repository.url, '--to', mirror, '--root', repository.rootFile, '--json'],
    ]);
    expect(shown(mirrored), mirrored.stdout).toMatchObject({ mirrored: [{ model: MODEL, releases: 2 }] });
    expect(shown(await verify(mirror))).toMatchObject({ ok: true, defects: [] });
  });

  async function aChunkPath(): Promise<string> {
    const { S3Client, ListObjectsV2Command } = await import('@aws-sdk/client-s3');
    const { endpoint, region, credentials } = server;
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: 'worker', Prefix: 'chunks/', MaxKeys: 1 }),
    );
    return page.Contents?.[0]?.Key ?? '';
  }
});
