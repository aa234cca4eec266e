/** The root of trust through its life: made, changed by keys in several places, uploaded, followed by who has the first. */
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, MetadataKind } from '@tufjs/models';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Publishing, shown, startPublishing } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const PASSPHRASE = 'correct horse battery staple';

let scratch: string;
let dir: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ceremony-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

let count = 0;
const fresh = async (name: string) => {
  const path = join(scratch, `${++count}-${name}`);
  await mkdir(path);
  return path;
};

beforeEach(async () => {
  dir = join(await fresh('keys'), 'keys');
  const online = join(dir, 'online.env');
  const made = await runCisternRepo(['keys', 'init', '--dir', dir, '--online', online, '--no-passphrase']);
  expect(made.code, made.stderr).toBe(0);
});

const keys = async (...args: string[]) => runCisternRepo(['keys', ...args, '--dir', dir, '--json']);
const rootAt = async (version: number) =>
  Metadata.fromJSON(MetadataKind.Root, JSON.parse(await readFile(join(dir, `${version}.root.json`), 'utf8')));

/** Both thresholds, judged by a TUF library that is not ours. */
async function expectFollows(version: number): Promise<void> {
  const [former, next] = [await rootAt(version - 1), await rootAt(version)];
  expect(next.signed.version).toBe(version);
  expect(() => former.verifyDelegate('root', next)).not.toThrow();
  expect(() => next.verifyDelegate('root', next)).not.toThrow();
}

describe('with all keys at hand', () => {
  it.each([
    ['add', ['add', 'root', '--no-passphrase'], { root: [2, 4], targets: [1, 1] }],
    ['add to targets', ['add', 'targets', '--no-passphrase'], { root: [2, 3], targets: [1, 2] }],
    ['rotate the targets key', ['rotate', 'targets', '--no-passphrase'], { root: [2, 3], targets: [1, 1] }],
    ['threshold', ['threshold', 'root', '3'], { root: [3, 3], targets: [1, 1] }],
    ['renew', ['renew'], { root: [2, 3], targets: [1, 1] }],
  ])('%s makes the next root, signed by both thresholds', async (_, args, expected) => {
    const done = await keys(...args);
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(shown(done)).toMatchObject({ version: 2, isComplete: true });
    await expectFollows(2);
    const { roles } = (await rootAt(2)).signed;
    for (const [role, [threshold, keyCount]] of Object.entries(expected)) {
      expect(roles[role]).toMatchObject({ threshold, keyIDs: { length: keyCount } });
    }
    expect(await readdir(dir)).not.toContain('root.request.json');
  });

  it('revokes a root key, which then signs no more', async () => {
    const { keys: listed } = shown(await keys('show'));
    const lost = listed.find(({ file }: { file: string }) => file === 'root-3.key').keyId;
    expect(await keys('revoke', lost.slice(0, 12))).toMatchObject({ code: 0 });
    await expectFollows(2);
    expect((await rootAt(2)).signed.roles.root?.keyIDs).not.toContain(lost);
    expect(await keys('renew')).toMatchObject({ code: 0 });
    await expectFollows(3);
    expect(Object.keys((await rootAt(3)).signatures)).not.toContain(lost);
    expect(shown(await keys('show')).unnamed).toMatchObject([{ file: 'root-3.key' }]);
  });

  it('rotates the online keys: new secrets, new root, new rollout key, and no second time over them', async () => {
    const online = join(scratch, 'online-2.env');
    const before = JSON.parse(await readFile(join(dir, 'online.json'), 'utf8'));
    expect(await keys('rotate-online', '--online', online)).toMatchObject({ code: 0 });
    await expectFollows(2);
    const secret = JSON.parse(/^ONLINE_KEYS='(.*)'$/m.exec(await readFile(online, 'utf8'))?.[1] ?? '');
    const after = JSON.parse(await readFile(join(dir, 'online.json'), 'utf8'));
    expect(after.rollout).toBe(secret.rollout.public);
    expect(after.rollout).not.toBe(before.rollout);
    const { roles, keys: known } = (await rootAt(2)).signed;
    expect(known[roles.snapshot?.keyIDs[0] ?? '']?.keyVal.public).toBe(secret.snapshot.public);
    const again = await keys('rotate-online', '--online', online);
    expect(again.code).toBe(73);
  });

  it.each([
    ['a key nobody has', ['revoke', '0123456789abcdef'], 64, 'key-not-in-role'],
    ['the only targets key', ['threshold', 'targets', '2'], 64, 'threshold-out-of-reach'],
    ['one root key of three, unnamed', ['rotate', 'root', '--no-passphrase'], 64, 'key-ambiguous'],
  ])('refuses %s and makes no root', async (_, args, code, reason) => {
    const refused = await keys(...args);
    expect(refused.code).toBe(code);
    expect(shown(refused).reason).toBe(reason);
    expect(await readdir(dir)).not.toContain('2.root.json');
  });
});

describe('with the root keys in three places', () => {
  let places: string[];
  beforeEach(async () => {
    places = await Promise.all(['a', 'b', 'c'].map(fresh));
    for (const [i, place] of places.entries()) {
      await rename(join(dir, `root-${i + 1}.key`), join(place, 'root.key'));
      await cp(join(dir, '1.root.json'), join(place, '1.root.json'));
    }
  });

  const sign = (copy: string, ...more: string[]) => runCisternRepo(['sign', copy, '--json', ...more]);

  /** One holder's machine: a request in, a signed copy out, nothing else. */
  async function signAt(place: string, request: string): Promise<string> {
    const copy = join(place, 'copy.json');
    await cp(request, copy);
    const signed = await sign(copy, '--key', join(place, 'root.key'));
    expect(signed, signed.stdout).toMatchObject({ code: 0 });
    return copy;
  }
  const request = async () => {
    const out = join(await fresh('request'), 'request.json');
    const asked = await runCisternRepo(['sign-request', '--dir', dir, '--out', out]);
    expect(asked, asked.stderr).toMatchObject({ code: 0 });
    return out;
  };
  const bringHome = (...copies: string[]) =>
    runCisternRepo(['sign-import', ...copies, '--dir', dir, '--json']);

  it('waits until enough signed, in whatever order and number of copies they come home', async () => {
    const renewed = await keys('renew');
    expect(shown(renewed)).toMatchObject({ isComplete: false });
    expect(await readdir(dir)).not.toContain('2.root.json');
    const out = await request();
    const [third, first] = [await signAt(places[2] ?? '', out), await signAt(places[0] ?? '', out)];
    expect(shown(await bringHome(third))).toMatchObject({ isComplete: false });
    const same = await bringHome(third);
    expect(shown(same).standings).toMatchObject([{ lacking: 1 }, { lacking: 1 }]);
    expect(shown(await bringHome(first))).toMatchObject({ isComplete: true });
    await expectFollows(2);
    expect(await bringHome(first)).toMatchObject({ code: 66 });
  });

  it('asks the old threshold and the new one when both differ', async () => {
    const place = await fresh('new holder');
    await cp(join(dir, '1.root.json'), join(place, '1.root.json'));
    const made = await runCisternRepo([
      ...['keys', 'new', 'root', '--out', join(place, 'root.key'), '--no-passphrase', '--json'],
    ]);
    const { keyId, public: half } = shown(made);
    expect(await keys('add', 'root', '--public', half)).toMatchObject({ code: 0 });
    const third = shown(await keys('show')).keys[2].keyId;
    expect(await keys('revoke', third)).toMatchObject({ code: 0 });
    expect(await keys('threshold', 'root', '3')).toMatchObject({ code: 0 });
    const out = await request();
    const copies = [await signAt(places[0] ?? '', out), await signAt(places[1] ?? '', out)];
    const old = shown(await bringHome(...copies));
    expect(old.standings).toMatchObject([
      { judge: 'root 1', lacking: 0 },
      { judge: 'root 2', lacking: 1, unsigned: [keyId] },
    ]);
    expect(shown(await bringHome(await signAt(place, out)))).toMatchObject({ isComplete: true });
    await expectFollows(2);
  });

  it('shows what would change before anything is signed', async () => {
    await keys('threshold', 'root', '3');
    const out = await request();
    const asked = await runCisternRepo(['sign', out, '--root', join(dir, '1.root.json')]);
    expect(asked.stdout).toContain('root: threshold 3 (was 2)');
    expect(asked.stdout).toContain('Nothing was signed');
    expect(JSON.parse(await readFile(out, 'utf8')).next.signatures).toEqual([]);
  });

  it('takes no signature of a key that is not asked for, nor of another request', async () => {
    await keys('renew');
    const out = await request();
    const wrong = await runCisternRepo(['sign', out, '--key', join(dir, 'targets.key'), '--json']);
    expect(shown(wrong)).toMatchObject({ reason: 'key-not-asked-for' });
    const copy = await signAt(places[0] ?? '', out);
    await keys('threshold', 'root', '3');
    expect(shown(await bringHome(copy))).toMatchObject({ reason: 'requests-differ' });
  });

  describe('where the request was doctored on its way', () => {
    // biome-ignore lint/suspicious/noExplicitAny: what a thief does to the file is of no shape
    async function doctored(doctor: (request: any, thief: { id: string; key: object }) => void) {
      await keys('renew');
      const out = await request();
      const key = join(await fresh('thief'), 'thief.key');
      const made = await runCisternRepo([
        'keys',
        'new',
        'targets',
        '--out',
        key,
        '--no-passphrase',
        '--json',
      ]);
      const { keyId: id, public: half } = shown(made);
      const text = JSON.parse(await readFile(out, 'utf8'));
      doctor(text, { id, key: { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: half } } });
      await writeFile(out, JSON.stringify(text));
      return out;
    }

    it.each<[string, Parameters<typeof doctored>[0], string]>([
      [
        "a stranger's targets key in what is there and in what comes",
        ({ former, next }, { id, key }) => {
          for (const { signed } of [former, next]) {
            signed.keys[id] = key;
            signed.roles.targets.keyids = [id];
          }
        },
        'not the root 1',
      ],
      [
        "a stranger's key under the id of the targets key",
        ({ next }, { key }) => {
          next.signed.keys[next.signed.roles.targets.keyids[0]] = key;
        },
        'id of another',
      ],
      [
        'a root 2 of its own as what is there',
        ({ former, next }, { id, key }) => {
          former.signed.version = 2;
          next.signed.version = 3;
          for (const { signed } of [former, next]) {
            signed.keys[id] = key;
            signed.roles.targets.keyids = [id];
          }
        },
        'not signed for by root 1',
      ],
      [
        'a root far ahead',
        ({ former, next }) => {
          former.signed.version = 7;
          next.signed.version = 8;
        },
        'lay the roots between',
      ],
      [
        'a version that leaves a gap',
        ({ next }) => {
          next.signed.version = 9;
        },
        'cannot follow',
      ],
    ])('gives no signature for %s', async (_, doctor, why) => {
      const out = await doctored(doctor);
      const before = await readFile(out, 'utf8');
      const refused = await sign(out, '--key', join(places[0] ?? '', 'root.key'));
      expect(refused.code, refused.stdout).toBe(65);
      expect(shown(refused)).toMatchObject({ reason: 'request-distrusted' });
      expect(shown(refused).sentence).toContain(why);
      expect(await readFile(out, 'utf8')).toBe(before);
    });
  });

  it('gives no signature without a root to judge the request by, and says where to take one from', async () => {
    await keys('renew');
    const out = await request();
    await rm(join(places[0] ?? '', '1.root.json'));
    const refused = await sign(out, '--key', join(places[0] ?? '', 'root.key'));
    expect(refused.code).toBe(64);
    expect(shown(refused)).toMatchObject({ reason: 'root-not-given' });
    expect(shown(refused).sentence).toContain('--root FILE');
    expect(await sign(out)).toMatchObject({ code: 64 });
    const root = ['--root', join(dir, '1.root.json')];
    expect(await sign(out, '--key', join(places[0] ?? '', 'root.key'), ...root)).toMatchObject({ code: 0 });
  });

  it('follows a root that was made since from the one that is kept, and shows new online keys', async () => {
    await keys('renew');
    const out = await request();
    await bringHome(await signAt(places[0] ?? '', out), await signAt(places[1] ?? '', out));
    await expectFollows(2);
    const online = join(await fresh('online'), 'online.env');
    expect(shown(await keys('rotate-online', '--online', online))).toMatchObject({ version: 3 });
    const asked = await sign(await request(), '--root', join(places[2] ?? '', '1.root.json'));
    expect(shown(asked).description.join()).toContain('new online keys');
    await signAt(places[2] ?? '', await request());
  });

  it('counts no signature that was tampered with', async () => {
    await keys('renew');
    const copy = await signAt(places[0] ?? '', await request());
    const altered = JSON.parse(await readFile(copy, 'utf8'));
    altered.next.signatures[0].sig = altered.next.signatures[0].sig.replace(/^../, '00');
    await writeFile(copy, JSON.stringify(altered));
    expect(shown(await bringHome(copy)).standings).toMatchObject([{ lacking: 2 }, { lacking: 2 }]);
  });
});

describe('keys under a passphrase', () => {
  it('sign with the right one alone', async () => {
    const sealed = join(await fresh('sealed'), 'keys');
    const env = { CISTERN_PASSPHRASE: PASSPHRASE };
    const init = ['keys', 'init', '--dir', sealed, '--online', join(sealed, 'online.env')];
    expect(await runCisternRepo(init, { env })).toMatchObject({ code: 0 });
    const renew = (over: Record<string, string>) =>
      runCisternRepo(['keys', 'renew', '--dir', sealed, '--json'], { env: over });
    expect(shown(await renew({}))).toMatchObject({ reason: 'passphrase-needed' });
    const wrong = await renew({ CISTERN_PASSPHRASE: 'wrong, but long enough' });
    expect(shown(wrong)).toMatchObject({ reason: 'passphrase-wrong' });
    expect(await readdir(sealed)).not.toContain('2.root.json');
    expect(shown(await renew(env))).toMatchObject({ isComplete: true });
    const rotated = await runCisternRepo(['keys', 'rotate', 'targets', '--dir', sealed, '--json'], { env });
    expect(shown(rotated)).toMatchObject({ version: 3, isComplete: true });
    const made = (await readdir(sealed)).find((name) => /^targets-[0-9a-f]{8}\.key$/.test(name)) ?? '';
    expect(await readFile(join(sealed, made), 'utf8')).toContain('"sealed"');
  }, 60_000);
});

describe('a repository that runs', () => {
  let publishing: Publishing;
  beforeAll(async () => {
    publishing = await startPublishing();
  }, 90_000);
  afterAll(() => publishing.stop());

  it('takes the next root once the one before signed it, and who has the first follows', async () => {
    const version = await publishing.publishedVersion();
    const upload = (at: string) =>
      runCisternRepo([
        ...['keys', 'upload', '--dir', at, '--to', publishing.url, '--json'],
        ...['--token-file', join(publishing.keys, 'operator.token')],
      ]);
    expect(shown(await upload(publishing.keys))).toMatchObject({ stored: [] });

    // Root 2 of another repository is nobody's here.
    await cp(join(publishing.keys, '1.root.json'), join(dir, '1.root.json'));
    await keys('renew');
    const forged = JSON.parse(await readFile(join(publishing.keys, '1.root.json'), 'utf8'));
    forged.signed.version = 2;
    await writeFile(join(dir, '2.root.json'), JSON.stringify(forged));
    const refused = await upload(dir);
    expect(refused.code).toBe(65);
    expect(shown(refused).sentence).toContain('not signed by the threshold of root 1');

    const at = publishing.keys;
    const rotated = await runCisternRepo(['keys', 'renew', '--dir', at]);
    expect(rotated, rotated.stderr).toMatchObject({ code: 0 });
    expect(shown(await upload(at))).toMatchObject({ stored: [2], newest: 2 });
    expect(shown(await upload(at))).toMatchObject({ stored: [] });
    const audit = await publishing.verify();
    expect(shown(audit)).toMatchObject({ ok: true, versions: { root: 2 } });
    expect(shown(audit).releases).toContain(version);
  });
});
