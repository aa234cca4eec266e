/** Root keys in several places: requests that travel, signatures that come home, and what is not signed. */
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { setUpCeremony } from './a-ceremony.ts';
import { shown } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const ceremony = setUpCeremony();
const { fresh, keys, expectFollows } = ceremony;
let dir: string;
beforeEach(() => {
  ({ dir } = ceremony);
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
