/** The root of trust through its life: made, changed by keys in several places, uploaded, followed by who has the first. */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setUpCeremony } from './a-ceremony.ts';
import { type Publishing, shown, startPublishing } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const PASSPHRASE = 'correct horse battery staple';

const ceremony = setUpCeremony();
const { fresh, keys, rootAt, expectFollows } = ceremony;
let dir: string;
beforeEach(() => {
  ({ dir } = ceremony);
});

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
    const online = join(ceremony.scratch, 'online-2.env');
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
