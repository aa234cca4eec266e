/** `cistern-repo` against the real Worker: publish, resume, roll out, audit, and what a lying mirror gets. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';
import { DEFECTS } from './defects.ts';
import { writeDemoPackage } from './demo-package.ts';
import { type Alter, type Intercept, startLyingMirror } from './lying-mirror.ts';
import { type Ended, runCisternRepo } from './run-cistern-repo.ts';

let scratch: string;
let worker: WorkerProcess;
let keys: string;
const nextVersion = versionCounter();

/** Three chunks or so: every audit below fetches every release before it. */
const SIZE_BYTES = 400_000;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'publish-'));
  keys = join(scratch, 'keys');
  const online = join(scratch, 'online.env');
  const made = await runCisternRepo(['keys', 'init', '--dir', keys, '--online', online, '--no-passphrase']);
  expect(made).toMatchObject({ code: 0 });
  worker = await startWorker({ stateDirectory: join(scratch, 'state'), envFile: online });
}, 90_000);
afterAll(async () => {
  await worker?.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** Each test publishes versions of its own, so that none depends on another. */
function versionCounter(): () => string {
  let release = 9;
  return () => `EC25EUGAR08A${String(++release).padStart(2, '0')}M4G_01.001.01.001`;
}

async function packageOf(
  version: string,
  { seed = 1, sizeBytes = SIZE_BYTES }: { seed?: number; sizeBytes?: number } = {},
): Promise<string> {
  const directory = join(scratch, `seed-${seed}`, version);
  await writeDemoPackage(directory, { version, sizeBytes, seed });
  return directory;
}

function publish(
  directory: string,
  version: string,
  to = worker.url,
  more: readonly string[] = [],
): Promise<Ended> {
  return runCisternRepo([
    ...['publish', directory, '--model', 'quectel/ec25euga-m4g', '--version', version, '--keys', keys],
    ...['--to', to, '--token-file', join(keys, 'operator.token'), '--json', ...more],
  ]);
}

function verify(at = worker.url, root = join(keys, '1.root.json')): Promise<Ended> {
  return runCisternRepo(['verify', at, '--root', root, '--model', 'quectel/ec25euga-m4g', '--json']);
}

async function throughMirror<T>(
  lies: { readonly intercept?: Intercept; readonly alter?: Alter },
  use: (url: string) => Promise<T>,
): Promise<T> {
  const mirror = await startLyingMirror(worker.url, lies);
  try {
    return await use(mirror.url);
  } finally {
    await mirror.stop();
  }
}

const shown = ({ stdout }: Ended) => JSON.parse(stdout);

async function publishedVersion(): Promise<string> {
  const version = nextVersion();
  const done = await publish(await packageOf(version), version);
  expect(done, done.stderr).toMatchObject({ code: 0 });
  return version;
}

describe('publish', () => {
  it('makes a release that an audit from the root finds sound', async () => {
    const version = nextVersion();
    const done = await publish(await packageOf(version), version);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(shown(done)).toMatchObject({ release: 'published', rollout: 'started', manifest: { version } });
    const audit = await verify();
    expect(audit, audit.stderr).toMatchObject({ code: 0 });
    expect(shown(audit).releases).toContain(version);
  });

  it('does nothing when it is run again, on another day too', async () => {
    const version = nextVersion();
    const directory = await packageOf(version);
    const first = shown(await publish(directory, version));
    const again = await runCisternRepo(
      [
        ...['publish', directory, '--model', 'quectel/ec25euga-m4g', '--version', version, '--keys', keys],
        ...['--to', worker.url, '--token-file', join(keys, 'operator.token')],
      ],
      { nowMs: Date.now() + 3 * 24 * 60 * 60 * 1000 },
    );
    expect(again.stdout).toContain('nothing was done');
    expect(shown(await verify()).versions.targets).toBe(first.targetsVersion);
  });

  it('refuses other content under a version that is published', async () => {
    const version = await publishedVersion();
    const before = shown(await verify()).versions;
    const other = await publish(await packageOf(version, { seed: 2 }), version);
    expect(other.code).toBe(65);
    expect(shown(other)).toMatchObject({ reason: 'release-exists-with-other-content' });
    expect(shown(other).sentence).toContain('files');
    expect(shown(await verify()).versions).toEqual(before);
  });

  it('records the versions it may follow, and who says so', async () => {
    const version = nextVersion();
    const done = await publish(await packageOf(version), version, worker.url, [
      ...['--from', 'R06A05..R06A09:01', '--from-source', 'this test'],
    ]);
    expect(shown(done).manifest.installableFrom).toEqual([
      { from: { baseline: 6, minRelease: 5, maxRelease: 9, customLine: '01' }, source: 'this test' },
    ]);
  });

  it.each([
    ['--from without --from-source', ['--from', 'R06'], 64],
    ['--from that names nothing', ['--from', 'everything', '--from-source', 'x'], 64],
    ['a share of 101 %', ['--rollout', '101'], 64],
    ['an unknown flag', ['--force'], 64],
  ])('refuses %s before it reads anything', async (_, more, code) => {
    expect((await publish('/nowhere', nextVersion(), worker.url, more)).code).toBe(code);
  });

  it('uploads nothing of a defective package and names each defect', async () => {
    const version = nextVersion();
    const directory = await packageOf(version);
    await DEFECTS.programsIntoEfs2.apply(directory);
    const requests: string[] = [];
    const done = await throughMirror(
      {
        intercept: ({ path }) => {
          requests.push(path);
          return null;
        },
      },
      (url) => publish(directory, version, url),
    );
    expect(done.code).toBe(65);
    expect(shown(done).findings).toContainEqual(
      expect.objectContaining({ reason: 'touches-protected-range', line: 7 }),
    );
    expect(requests).toEqual([]);
  });

  it('is refused with a token that is not the operator’s', async () => {
    const version = nextVersion();
    await writeFile(join(scratch, 'other.token'), 'A'.repeat(43));
    const done = await runCisternRepo([
      ...['publish', await packageOf(version), '--model', 'quectel/ec25euga-m4g', '--version', version],
      ...['--keys', keys, '--to', worker.url, '--token-file', join(scratch, 'other.token'), '--json'],
    ]);
    expect(done.code).toBe(77);
    expect(shown(done).reason).toBe('operator-token-refused');
  });

  it('says so when nothing listens there', async () => {
    const version = nextVersion();
    const done = await publish(await packageOf(version), version, 'http://127.0.0.1:9');
    expect(done.code).toBe(69);
    expect(shown(done).sentence).toContain('Nothing was uploaded.');
  });

  it('is refused for a model whose partition table nobody knows', async () => {
    const version = nextVersion();
    const done = await runCisternRepo([
      ...['publish', await packageOf(version), '--model', 'quectel/ec25euxga-m1g', '--version', version],
      ...['--keys', keys, '--to', worker.url, '--token-file', join(keys, 'operator.token'), '--json'],
    ]);
    expect(done.code).toBe(65);
    expect(shown(done).reason).toBe('model-incomplete');
  });

  it.each([
    { what: 'the second chunk', part: '/v1/operator/chunks/', passing: 1 },
    { what: 'the second target', part: '/targets/', passing: 1 },
    { what: 'the signed metadata', part: '.targets.json', passing: 0 },
    { what: 'the rollout', part: '/rollout', passing: 0 },
  ])('goes on from there when it was cut at $what', async ({ part, passing }) => {
    const version = nextVersion();
    const directory = await packageOf(version, { seed: 3 });
    let passed = 0;
    const intercept: Intercept = ({ method, path }) => {
      if (method !== 'PUT' || !path.includes(part) || passed++ < passing) return null;
      return { status: 503, body: Buffer.from('{}') };
    };
    const cut = await throughMirror({ intercept }, (url) => publish(directory, version, url));
    expect(cut.code, cut.stdout).toBe(75);
    expect(shown(cut).sentence).toContain('the same command goes on from there');
    const sound = await verify();
    expect(sound, sound.stdout).toMatchObject({ code: 0 });

    const again = await publish(directory, version);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(shown(again).rollout).toBe('started');
    const audit = await verify();
    expect(audit.code).toBe(0);
    expect(shown(audit).releases.filter((release: string) => release === version)).toHaveLength(1);
  });

  it('leaves a rollout that was halted as it stands', async () => {
    const version = await publishedVersion();
    expect(await rollout('halt', version, '--why', 'no SIM')).toMatchObject({ code: 0 });
    const again = await publish(await packageOf(version), version);
    expect(shown(again).rollout).toBe('kept');
  });
});

function rollout(action: string, version: string, ...more: readonly string[]): Promise<Ended> {
  return runCisternRepo([
    ...['rollout', action, 'quectel/ec25euga-m4g', version, '--at', worker.url, '--json'],
    ...['--root', join(keys, '1.root.json'), '--token-file', join(keys, 'operator.token'), ...more],
  ]);
}

describe('rollout', () => {
  it('is set, halted, resumed and recalled, and a recall is final', async () => {
    const version = await publishedVersion();
    expect(shown(await rollout('set', version, '--percentage', '5'))).toMatchObject({ percentage: 5 });
    expect(shown(await rollout('halt', version, '--why', 'no SIM'))).toMatchObject({ state: 'halted' });
    expect(shown(await rollout('resume', version))).toMatchObject({ state: 'running', percentage: 5 });
    expect(shown(await rollout('recall', version, '--why', 'CFUN 5'))).toMatchObject({ state: 'recalled' });
    const resumed = await rollout('resume', version);
    expect(resumed.code).toBe(65);
    expect(shown(resumed).reason).toBe('rollout-recalled');
    expect((await verify()).code).toBe(0);
  });
});

describe('verify', () => {
  beforeAll(async () => {
    await publishedVersion();
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
    const audit = await throughMirror(lies, verify);
    expect(audit.code, audit.stdout).toBe(65);
    expect(shown(audit).reason).toContain(reason);
  });

  it('names every altered chunk, not the first alone', async () => {
    const audit = await throughMirror(flip('/v1/chunks/'), verify);
    expect(shown(audit).defects.length).toBeGreaterThan(3);
  });

  it('judges from the root it is given, not from the one that is served', async () => {
    const other = join(scratch, 'other-keys');
    await runCisternRepo([
      'keys',
      'init',
      '--dir',
      other,
      '--online',
      join(other, 'online.env'),
      '--no-passphrase',
    ]);
    const audit = await verify(worker.url, join(other, '1.root.json'));
    expect(audit.code).toBe(65);
    expect(shown(audit).reason).toBe('metadata-rejected');
  });

  it('says so when a model has no releases', async () => {
    const audit = await runCisternRepo([
      ...[
        'verify',
        worker.url,
        '--root',
        join(keys, '1.root.json'),
        '--model',
        'quectel/eg25ggb-m2g',
        '--json',
      ],
    ]);
    expect(audit.code).toBe(65);
    expect(shown(audit).reason).toBe('model-not-published');
  });
});

describe('keys that are encrypted', () => {
  it('publish with the right passphrase alone', async () => {
    const version = nextVersion();
    const directory = await packageOf(version);
    const sealed = join(scratch, 'sealed');
    const env = { CISTERN_PASSPHRASE: 'correct horse battery staple' };
    const made = await runCisternRepo(
      ['keys', 'init', '--dir', sealed, '--online', join(scratch, 'sealed.env')],
      { env },
    );
    expect(made.code, made.stderr).toBe(0);
    // The repository trusts the keys of its own root, so these take that root's place only in form.
    await cp(join(keys, '1.root.json'), join(sealed, '1.root.json'));
    await cp(join(keys, 'online.json'), join(sealed, 'online.json'));
    const args = [
      ...['publish', directory, '--model', 'quectel/ec25euga-m4g', '--version', version, '--keys', sealed],
      ...['--to', worker.url, '--token-file', join(keys, 'operator.token'), '--json'],
    ];
    expect(await runCisternRepo(args)).toMatchObject({ code: 77 });
    expect(
      await runCisternRepo(args, { env: { CISTERN_PASSPHRASE: 'wrong, but long enough' } }),
    ).toMatchObject({ code: 77 });
    // Opened, and its signature is not the one the root asks for: the repository refuses.
    const opened = await runCisternRepo(args, { env });
    expect(shown(opened)).toMatchObject({ reason: 'repository-refused' });
    expect((await verify()).code).toBe(0);
  });

  it('are not made without a passphrase unless that is said', async () => {
    const args = ['keys', 'init', '--dir', join(scratch, 'none'), '--online', join(scratch, 'none.env')];
    expect(await runCisternRepo(args)).toMatchObject({ code: 64 });
    expect(await runCisternRepo(args, { env: { CISTERN_PASSPHRASE: 'short' } })).toMatchObject({ code: 64 });
    await expect(readFile(join(scratch, 'none.env'))).rejects.toThrow('ENOENT');
  });
});

// Last, because its releases are larger and every audit after it would fetch them.
describe('two versions of one firmware', () => {
  it('share most chunks, and the former release stays', async () => {
    const [former, version] = [nextVersion(), nextVersion()];
    const sizeBytes = 8_000_000;
    const first = shown(await publish(await packageOf(former, { seed: 4, sizeBytes }), former));
    const second = shown(await publish(await packageOf(version, { seed: 4, sizeBytes }), version));
    expect(second.upload.sharedChunks).toBeGreaterThan(3);
    expect(second.upload.uploadedBytes).toBeLessThan(first.upload.uploadedBytes);
    expect(shown(await verify()).releases).toEqual(expect.arrayContaining([former, version]));
  });
});
