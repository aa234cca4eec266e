/** Releases whose targets keys are elsewhere, and releases that are signed anew. */
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeyFile } from '../../manifests/keys/key-file.ts';
import { addSignature } from '../../manifests/signing/add-signature.ts';
import { signingRequestText } from '../../manifests/signing/request.ts';
import { signerOf } from '../../shared/trust/keys.ts';
import { must } from '../support/local-release.ts';
import { type Publishing, shown, startPublishing } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const MODEL = 'quectel/ec25euga-m4g';
const DAY_MS = 24 * 60 * 60 * 1000;

let publishing: Publishing;
let vault: string;
beforeAll(async () => {
  publishing = await startPublishing();
  vault = await mkdtemp(join(tmpdir(), 'vault-'));
}, 90_000);
afterAll(async () => {
  await publishing.stop();
  await rm(vault, { recursive: true, force: true });
});

const server = () => ['--to', publishing.url, '--token-file', join(publishing.keys, 'operator.token')];
const renew = (...more: string[]) =>
  runCisternRepo(['targets', 'renew', MODEL, '--keys', publishing.keys, ...server(), '--json', ...more]);
const bringHome = (...copies: string[]) =>
  runCisternRepo(['sign-import', ...copies, '--dir', publishing.keys, ...server(), '--json']);
const signWith = (request: string, key: string) =>
  runCisternRepo(['sign', request, '--key', key, '--root', join(publishing.keys, '1.root.json'), '--json']);
const changeKeys = async (...args: string[]) => {
  const done = await runCisternRepo(['keys', ...args, '--dir', publishing.keys, '--json']);
  expect(done, done.stdout).toMatchObject({ code: 0 });
  return shown(done);
};
const releases = async () => shown(await publishing.verify()).releases;

describe('a release whose key is elsewhere', () => {
  it('is uploaded, signed in the vault, and visible only then', async () => {
    await publishing.publishedVersion();
    const key = join(vault, 'targets.key');
    await rename(join(publishing.keys, 'targets.key'), key);
    const version = publishing.nextVersion();
    const directory = await publishing.packageOf(version);

    const keyless = await publishing.publish(directory, version);
    expect(shown(keyless)).toMatchObject({ reason: 'targets-key-not-trusted' });
    expect(shown(keyless).sentence).toContain('--sign-request');

    const request = join(vault, 'request.json');
    const asked = await publishing.publish(directory, version, {
      more: ['--sign-request', request, '--rollout', '5'],
    });
    expect(shown(asked)).toMatchObject({ release: 'awaits-signatures', rollout: 'awaits-signatures' });
    expect(await releases()).not.toContain(version);
    expect(shown(await bringHome(request))).toMatchObject({ reason: 'targets-signatures-lacking' });

    const copy = join(vault, 'copy.json');
    await cp(request, copy);
    const signed = await signWith(copy, key);
    expect(shown(signed).description.join('\n')).toContain(`adds ${MODEL}/${version}.json`);
    expect(shown(signed).description.join('\n')).toContain(`${version} is offered to 5 %`);
    expect(shown(await bringHome(request, copy))).toMatchObject({ release: 'published', rollout: 'started' });
    expect(await releases()).toContain(version);
    const again = await bringHome(copy);
    expect(shown(again)).toMatchObject({ release: 'was-published', rollout: 'kept' });
    const other = await publishing.publish(directory, version, { more: ['--sign-request', request] });
    expect(shown(other)).toMatchObject({ release: 'was-published' });
    await rename(key, join(publishing.keys, 'targets.key'));
  });

  it('is refused by the repository when something was put into it after it was signed', async () => {
    const version = publishing.nextVersion();
    const request = join(vault, 'altered.json');
    const directory = await publishing.packageOf(version);
    await publishing.publish(directory, version, { more: ['--sign-request', request] });
    const altered = JSON.parse(await readFile(request, 'utf8'));
    altered.next.signed.expires = '2099-01-01T00:00:00Z';
    await writeFile(request, JSON.stringify(altered));
    const refused = await bringHome(request);
    expect(shown(refused)).toMatchObject({ reason: 'targets-signatures-lacking' });
    // Even where the file brings a root of its own that is content with it: the repository has another.
    const { keyId, public: half } = shown(
      await runCisternRepo([
        'keys',
        'new',
        'targets',
        '--out',
        join(vault, 'thief.key'),
        '--no-passphrase',
        '--json',
      ]),
    );
    altered.root.signed.keys[keyId] = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: half } };
    altered.root.signed.roles.targets.keyids = [keyId];
    await writeFile(request, JSON.stringify(altered));
    const distrusted = await signWith(request, join(vault, 'thief.key'));
    expect(shown(distrusted)).toMatchObject({ reason: 'request-distrusted' });
    const thief = await signerOf(must(await openKeyFile(join(vault, 'thief.key'), async () => null)));
    await writeFile(request, signingRequestText(must(await addSignature(altered, thief))));
    const forged = await bringHome(request);
    expect(forged.code).toBe(65);
    expect(shown(forged).sentence).toContain('not signed by the targets role of the current root');
    expect(await releases()).not.toContain(version);
  });
});

describe('a request that hides what it adds', () => {
  const STRANGER = { length: 7, hashes: { sha256: 'ab'.repeat(32) } };
  const sneaked = `${MODEL}/EC25EUGAR09A01M4G_01.001.01.001.json`;
  let version: string;
  let honest: string;
  beforeAll(async () => {
    version = await publishing.publishedVersion();
    const request = join(vault, 'honest.json');
    expect(await renew('--sign-request', request)).toMatchObject({ code: 0 });
    honest = await readFile(request, 'utf8');
  }, 60_000);

  // biome-ignore lint/suspicious/noExplicitAny: what a thief does to the file is of no shape
  it.each<[string, (request: any) => void, string]>([
    [
      'in what is said to be there before',
      ({ former, next }) => {
        next.signed.targets[sneaked] = STRANGER;
        former.signed.targets = next.signed.targets;
      },
      'not signed by the targets role',
    ],
    [
      'under a second delegation',
      ({ next }) =>
        void next.signed.delegations.roles.push({ ...next.signed.delegations.roles[0], name: 'x' }),
      'delegates something else',
    ],
    [
      'in a name that reads as other lines',
      ({ next }) => {
        next.signed.targets[`${MODEL}/x.json\n  changes nothing`] = STRANGER;
      },
      'lists what no release',
    ],
    [
      'as the rollout, which it would hide',
      ({ next }) => {
        next.signed.targets[`${MODEL}/rollout.json`] = STRANGER;
      },
      'lists what no release',
    ],
    [
      'behind a gap of versions',
      ({ next }) => {
        next.signed.version = 99;
      },
      'cannot follow',
    ],
  ])('gets no signature: %s', async (name, doctor, why) => {
    const request = join(vault, `${name}.json`);
    const text = JSON.parse(honest);
    doctor(text);
    await writeFile(request, JSON.stringify(text));
    const refused = await signWith(request, join(publishing.keys, 'targets.key'));
    expect(refused.code).toBe(65);
    expect(shown(refused)).toMatchObject({ reason: 'request-distrusted' });
    expect(shown(refused).sentence).toContain(why);
  });

  it('is listed in full where it says that nothing was there before', async () => {
    const request = join(vault, 'nothing-before.json');
    const text = JSON.parse(honest);
    text.former = null;
    text.next.signed.targets[sneaked] = STRANGER;
    await writeFile(request, JSON.stringify(text));
    const signed = await signWith(request, join(publishing.keys, 'targets.key'));
    const lines = shown(signed).description.join('\n');
    expect(lines).toContain(`adds ${sneaked}`);
    expect(lines).toContain(`adds ${MODEL}/${version}.json`);
    expect(lines).not.toContain('changes nothing');
  });
});

describe('targets renew', () => {
  it('signs the same releases for another year', async () => {
    const before = await releases();
    const done = await renew();
    expect(shown(done), done.stdout).toMatchObject({ isVisible: true, signedUnderRoot: 1 });
    expect(Date.parse(shown(done).expires)).toBeGreaterThan(Date.now() + 364 * DAY_MS);
    expect(await releases()).toEqual(before);
  });

  it('brings a model back whose targets key was rotated, and says whose signature it took over', async () => {
    const before = await releases();
    await changeKeys('rotate', 'targets', '--no-passphrase');
    expect(await runCisternRepo(['keys', 'upload', '--dir', publishing.keys, ...server()])).toMatchObject({
      code: 0,
    });
    expect(shown(await publishing.verify())).toMatchObject({ ok: false, reason: 'metadata-rejected' });
    const request = join(vault, 'rotated.json');
    await renew('--sign-request', request);
    const asked = await runCisternRepo([
      ...['sign', request, '--root', join(publishing.keys, '1.root.json'), '--json'],
    ]);
    // The key that signed what was there is not trusted any more: nothing of it is taken as known.
    expect(shown(asked).description.join('\n')).toContain(`adds ${MODEL}/${before[0]}.json`);
    const done = await renew();
    expect(shown(done), done.stdout).toMatchObject({ isVisible: true, root: 2, signedUnderRoot: 1 });
    expect(await releases()).toEqual(before);
  });

  it('waits for as many keys as the threshold asks, in several places', async () => {
    await changeKeys('add', 'targets', '--no-passphrase');
    await changeKeys('threshold', 'targets', '2');
    const [one, two] = (await changeKeys('show')).keys
      .filter(({ role }: { role: string }) => role === 'targets')
      .map(({ file }: { file: string }) => file);
    await rename(join(publishing.keys, two), join(vault, 'second.key'));
    expect(shown(await renew())).toMatchObject({ reason: 'targets-signatures-lacking' });
    const request = join(vault, 'renewal.json');
    expect(shown(await renew('--sign-request', request))).toMatchObject({ isVisible: false });
    expect(JSON.parse(await readFile(request, 'utf8')).next.signatures).toHaveLength(1);
    expect(await signWith(request, join(vault, 'second.key'))).toMatchObject({ code: 0 });
    expect(shown(await bringHome(request))).toMatchObject({ release: 'published', rollout: null });
    expect(shown(await publishing.verify())).toMatchObject({ ok: true, versions: { root: 4 } });
    await rename(join(vault, 'second.key'), join(publishing.keys, two));
    expect(one).not.toBe(two);
  });

  it('is refused by the repository when it expired before it was signed', async () => {
    const late = await renewAt(Date.now() - 400 * DAY_MS);
    expect(shown(late)).toMatchObject({ reason: 'repository-refused' });
    expect(shown(await renew())).toMatchObject({ isVisible: true });
  });

  const renewAt = (nowMs: number) =>
    runCisternRepo(['targets', 'renew', MODEL, '--keys', publishing.keys, ...server(), '--json'], { nowMs });

  it('says so when nothing is published for the model', async () => {
    const done = await runCisternRepo([
      ...['targets', 'renew', 'quectel/eg25ggb-m2g', '--keys', publishing.keys, ...server(), '--json'],
    ]);
    expect(shown(done)).toMatchObject({ reason: 'model-not-published' });
  });
});
