/** One release in a single file: into a mirror of the same root, into a repository with keys of its own, and not altered. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModel } from '../../manifests/catalogue/find-model.ts';
import type { ModelId } from '../../shared/model.ts';
import { RAWPROGRAM } from './defects.ts';
import { writeDemoPackage } from './demo-package.ts';
import { writeFamilyFile } from './family-file.ts';
import { writeMd5List } from './md5-list.ts';
import { type Publishing, shown, startPublishing } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';
import { publishTwoReleases } from './two-releases.ts';

const MODEL = 'quectel/ec25euga-m4g' as ModelId;
const FIRST = 'EC25EUGAR06A05M4G_01.003.01.003';
const SECOND = 'EC25EUGAR08A03M4G_01.200.01.200';

let scratch: string;
let origin: string;
let file: string;
let count = 0;
const fresh = (name: string) => join(scratch, `${++count}-${name}`);
const run = (args: readonly string[]) => runCisternRepo([...args, '--json']);
const root = (of = 'origin') => join(scratch, of, '1.root.json');
const verify = (where: string, of = 'origin') => run(['verify', where, '--root', root(of), '--model', MODEL]);

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'carry-'));
  origin = await publishTwoReleases(scratch, { model: MODEL, versions: [FIRST, SECOND] });
  file = join(scratch, 'release.tar');
  expect(await exportTo(file)).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

const exportTo = (out: string, version = SECOND) =>
  run(['export', origin, '--model', MODEL, '--version', version, '--root', root(), '--out', out]);
const importInto = (path: string, to: string, ...more: string[]) =>
  run(['import', path, '--root', root(), '--to', to, ...more]);

describe('export', () => {
  it('makes the same file for the same release, and never over one that is there', async () => {
    const again = fresh('again.tar');
    expect(await exportTo(again)).toMatchObject({ code: 0 });
    expect(Buffer.compare(await readFile(again), await readFile(file))).toBe(0);
    const part = `${again}.part`;
    await writeFile(part, '');
    expect(shown(await exportTo(again))).toMatchObject({ reason: 'file-unwritable' });
  });

  it('says what is published when it is asked for something else', async () => {
    const refused = await exportTo(fresh('x.tar'), 'EC25EUGAR09A01M4G_01.001.01.001');
    expect(shown(refused)).toMatchObject({ reason: 'release-not-published' });
    expect(shown(refused).sentence).toContain(FIRST);
  });
});

describe('import into a mirror', () => {
  it('brings the one release, whole, and the metadata that vouches for it', async () => {
    const mirror = fresh('mirror');
    expect(await importInto(file, mirror)).toMatchObject({ code: 0 });
    const part = { ok: true, releases: [SECOND], notCarried: [FIRST] };
    expect(shown(await verify(mirror))).toMatchObject(part);
    expect(shown(await run(['gc', mirror]))).toMatchObject({ ok: true, garbageCount: 0 });
    const further = fresh('further');
    const copied = await run(['mirror', mirror, '--to', further, '--root', root()]);
    expect(shown(copied), copied.stdout).toMatchObject({ mirrored: [{ releases: 1 }] });
    expect(shown(await verify(further))).toMatchObject(part);
    const other = fresh('first.tar');
    await exportTo(other, FIRST);
    expect(await importInto(other, mirror)).toMatchObject({ code: 0 });
    expect(shown(await verify(mirror))).toMatchObject({
      ok: true,
      releases: [FIRST, SECOND],
      notCarried: [],
    });
    expect(await readdir(join(mirror, 'v1/models', MODEL))).not.toContain('carried.json');
  });

  it('is missed where it was brought and is half there, and where the mirror says of nothing that it lacks it', async () => {
    const mirror = fresh('mirror');
    await importInto(file, mirror);
    const chunks = await readdir(join(mirror, 'v1/chunks'), { recursive: true });
    const chunk = join(mirror, 'v1/chunks', chunks.find((name) => name.endsWith('.cacnk')) ?? '');
    const content = await readFile(chunk);
    await rm(chunk);
    expect(await verify(mirror)).toMatchObject({ code: 65 });
    await writeFile(chunk, content);
    expect(await verify(mirror)).toMatchObject({ code: 0 });
    await rm(join(mirror, 'v1/models', MODEL, 'carried.json'));
    expect(shown(await verify(mirror)).defects).toMatchObject([{ where: `${MODEL}/${FIRST}.caibx` }]);
    expect(shown(await run(['gc', mirror]))).toMatchObject({ reason: 'store-unreadable' });
  });

  it('leaves a whole mirror whole, also where what it brings is older', async () => {
    const mirror = fresh('mirror');
    expect(await run(['mirror', origin, '--to', mirror, '--root', root()])).toMatchObject({ code: 0 });
    expect(await importInto(file, mirror)).toMatchObject({ code: 0 });
    expect(shown(await verify(mirror))).toMatchObject({ releases: [FIRST, SECOND], notCarried: [] });
    expect(await readdir(join(mirror, 'v1/models', MODEL))).not.toContain('carried.json');
  });

  it('does not go to a server without keys', async () => {
    const refused = await importInto(file, 'https://fw.example');
    expect(refused.code).toBe(64);
    expect(shown(refused)).toMatchObject({ reason: 'keys-not-given' });
  });
});

describe('import into a repository with keys of its own', () => {
  const own = () => ['--keys', join(scratch, 'own'), '--online-keys', join(scratch, 'own.env')];

  it('is signed by them, and the same again does nothing', async () => {
    const repository = fresh('own');
    const done = shown(await importInto(file, repository, ...own(), '--rollout', '5'));
    expect(done).toMatchObject({ release: 'published', rollout: 'started' });
    expect(shown(await verify(repository, 'own'))).toMatchObject({ ok: true, releases: [SECOND] });
    expect(shown(await verify(repository))).toMatchObject({ reason: 'metadata-rejected' });
    const again = shown(await importInto(file, repository, ...own()));
    expect(again).toMatchObject({ release: 'was-published', rollout: 'kept', upload: { uploadedChunks: 0 } });
    const other = fresh('first.tar');
    await exportTo(other, FIRST);
    expect(shown(await importInto(other, repository, ...own()))).toMatchObject({ targetsVersion: 2 });
    expect(shown(await verify(repository, 'own')).releases).toEqual([SECOND, FIRST]);
  });

  it('refuses other content under a version that is published', async () => {
    const repository = fresh('own');
    const altered = join(scratch, 'altered', SECOND);
    await writeDemoPackage(altered, { version: SECOND, sizeBytes: 1_000_000, seed: 9 });
    const published = await run([
      ...['publish', altered, '--model', MODEL, '--version', SECOND, '--to', repository, ...own()],
    ]);
    expect(published.code, published.stdout).toBe(0);
    const refused = await importInto(file, repository, ...own());
    expect(shown(refused)).toMatchObject({ reason: 'release-exists-with-other-content' });
    expect(await verify(repository, 'own')).toMatchObject({ code: 0 });
  });

  describe('from one whose catalogue protects less', () => {
    const catalogue = () => join(scratch, 'their-catalogue');
    const exportTheirs = async (alter: (directory: string) => Promise<void>) => {
      const directory = join(fresh('theirs'), SECOND);
      await writeDemoPackage(directory, { version: SECOND, sizeBytes: 1_000_000 });
      await alter(directory);
      const theirs = fresh('repository');
      const published = await run([
        ...['publish', directory, '--model', MODEL, '--version', SECOND, '--to', theirs],
        ...['--keys', join(scratch, 'origin'), '--online-keys', join(scratch, 'origin.env')],
        ...['--catalogue', catalogue()],
      ]);
      expect(published.code, published.stdout).toBe(0);
      const out = fresh('theirs.tar');
      const exported = await run([
        ...['export', theirs, '--model', MODEL, '--version', SECOND, '--root', root(), '--out', out],
      ]);
      expect(exported.code, exported.stdout).toBe(0);
      return out;
    };
    beforeAll(async () => {
      const entry = await findModel(MODEL);
      if (!entry.ok) throw new Error(entry.failure.reason);
      const protectedRanges = entry.value.protectedRanges.filter(({ name }) => name === 'cust_info');
      await writeFamilyFile(catalogue(), { ...entry.value, protectedRanges });
    });

    it('is refused where it writes into EFS2, and nothing of it is uploaded', async () => {
      const repository = fresh('own');
      // All of tz goes to where EFS2 begins, so that the plan is one which that catalogue lets pass.
      const path = await exportTheirs(async (directory) => {
        const file = join(directory, RAWPROGRAM);
        const text = await readFile(file, 'utf8');
        await writeFile(file, text.replaceAll('start_sector="13184"', 'start_sector="1280"'));
        await writeMd5List(directory);
      });
      const refused = await importInto(path, repository, ...own());
      expect(refused.code, refused.stdout).toBe(65);
      expect(shown(refused)).toMatchObject({ reason: 'package-defective' });
      expect(shown(refused).findings).toContainEqual(
        expect.objectContaining({ severity: 'error', file: RAWPROGRAM }),
      );
      expect(await readdir(repository).catch(() => [])).toEqual([]);
    });

    it('is signed with what the catalogue of this repository protects', async () => {
      const repository = fresh('own');
      const done = await importInto(await exportTheirs(async () => {}), repository, ...own());
      expect(done.code, done.stdout).toBe(0);
      const targets = join(repository, 'v1/models', MODEL, 'targets', MODEL);
      const signed = (await readdir(targets)).filter((name) => /(M4G_.*|model)\.json$/.test(name));
      expect(signed).toHaveLength(2);
      for (const name of signed) {
        const { protectedRanges } = JSON.parse(await readFile(join(targets, name), 'utf8'));
        expect(protectedRanges, name).toContainEqual(expect.objectContaining({ name: 'EFS2' }));
      }
      expect(shown(await verify(repository, 'own'))).toMatchObject({ ok: true, releases: [SECOND] });
    });

    it('is refused where one of its chunks is damaged', async () => {
      const bytes = await readFile(file);
      const at = bytes.indexOf('cacnk') + 600;
      bytes[at] = (bytes[at] ?? 0) ^ 0x01;
      const damaged = fresh('damaged.tar');
      await writeFile(damaged, bytes);
      const refused = await importInto(damaged, fresh('own'), ...own());
      expect(shown(refused)).toMatchObject({ reason: 'carried-release-defective' });
    });

    it('is refused where the catalogue of this repository does not know the model', async () => {
      const empty = fresh('catalogue');
      await mkdir(empty);
      const refused = await importInto(file, fresh('own'), ...own(), '--catalogue', empty);
      expect(shown(refused)).toMatchObject({ reason: 'model-unknown' });
    });
  });

  describe('behind a Worker', () => {
    let publishing: Publishing;
    beforeAll(async () => {
      publishing = await startPublishing();
    }, 90_000);
    afterAll(() => publishing.stop());

    it('is published like any release', async () => {
      const done = await importInto(
        ...[file, publishing.url, '--keys', publishing.keys],
        ...['--token-file', join(publishing.keys, 'operator.token')],
      );
      expect(shown(done), done.stdout).toMatchObject({ release: 'published', rollout: 'started' });
      expect(shown(await publishing.verify()).releases).toEqual([SECOND]);
    });
  });
});

describe('a file that was altered', () => {
  it.each([
    ['a byte of a chunk', (bytes: Buffer) => bytes.indexOf('cacnk') + 600, 'chunk-altered-in-source'],
    ['a byte of the metadata', (bytes: Buffer) => bytes.indexOf('"_type":"snapshot"') + 12, 'metadata'],
  ])('is refused: %s', async (_, where, reason) => {
    const bytes = await readFile(file);
    const at = where(bytes);
    bytes[at] = (bytes[at] ?? 0) ^ 0x01;
    const altered = fresh('altered.tar');
    await writeFile(altered, bytes);
    const mirror = fresh('mirror');
    const refused = await importInto(altered, mirror);
    expect(refused.code).toBe(65);
    expect(shown(refused).reason).toContain(reason);
    // Nothing is shown of it; chunks that were right may lie there.
    expect(['file-unreadable', 'model-not-published']).toContain(shown(await verify(mirror)).reason);
  });

  const tarOf = async (entries: readonly (readonly [string, string, 'file' | 'symlink'])[]) => {
    const tar = pack();
    for (const [name, content, type] of entries)
      tar.entry(
        { name, type, ...(type === 'symlink' ? { linkname: content } : {}) },
        type === 'file' ? content : '',
      );
    tar.finalize();
    const path = fresh('made.tar');
    const parts: Buffer[] = [];
    for await (const part of tar) parts.push(part as Buffer);
    await writeFile(path, Buffer.concat(parts));
    return path;
  };

  it.each([
    ['leads out of it', [['v1/../../evil', 'x', 'file']]],
    ['is absolute', [['/etc/evil', 'x', 'file']]],
    ['is a link', [['v1/root/1.root.json', '/etc/passwd', 'symlink']]],
    [
      'stands twice',
      [
        ['v1/root/1.root.json', 'x', 'file'],
        ['v1/root/1.root.json', 'y', 'file'],
      ],
    ],
    ['is no release', [['v1/root/1.root.json', 'x', 'file']]],
    ['is not there', []],
  ] as const)('is refused when a name in it %s', async (_, entries) => {
    const refused = await importInto(await tarOf(entries), fresh('mirror'));
    expect(shown(refused)).toMatchObject({ reason: 'export-unreadable' });
  });

  it('is refused when it is no tar, or is not there', async () => {
    const garbage = fresh('garbage.tar');
    await writeFile(garbage, 'x'.repeat(2000));
    expect(shown(await importInto(garbage, fresh('mirror')))).toMatchObject({ reason: 'export-unreadable' });
    expect(shown(await importInto(fresh('gone'), fresh('mirror')))).toMatchObject({
      reason: 'export-unreadable',
    });
  });
});
