/** The publisher's lint against demonstration packages: sound ones pass, each defect is named where it stands. */
import { appendFile, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModel } from '../../manifests/catalogue/find-model.ts';
import { lintPackage } from '../../manifests/lint/lint-package.ts';
import { openPackage } from '../../manifests/package/open-package.ts';
import { parseFirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import { buildZip } from './build-zip.ts';
import { DEFECTS, PROGRAMMER, RAWPROGRAM } from './defects.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION, SMALL_SIZE_BYTES, writeDemoPackage } from './demo-package.ts';

let scratch: string;
let sound: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lint-'));
  sound = join(scratch, 'sound', DEMO_NEW_VERSION);
  await writeDemoPackage(sound, { version: DEMO_NEW_VERSION, sizeBytes: SMALL_SIZE_BYTES });
});
afterAll(() => rm(scratch, { recursive: true }));

async function copyOfSound(name: string, packageName = DEMO_NEW_VERSION): Promise<string> {
  const directory = join(scratch, name, packageName);
  await cp(sound, directory, { recursive: true });
  return directory;
}

async function lint(path: string, version = DEMO_NEW_VERSION) {
  const entry = await findModel('quectel/ec25euga-m4g' as ModelId);
  const parsed = parseFirmwareVersion(version);
  const source = await openPackage(path);
  if (!entry.ok || !parsed.ok) throw new Error('the test needs its model and version');
  if (!source.ok) return { refused: source.failure };
  const report = await lintPackage(
    source.value,
    { entry: entry.value, version: parsed.value },
    AbortSignal.timeout(20_000),
  );
  await source.value.close();
  return report.ok
    ? { findings: report.value.findings, plan: report.value.plan }
    : { refused: report.failure };
}

describe('lint', () => {
  it('finds nothing in a sound package and plans its flash', async () => {
    const { findings, plan } = await lint(sound);
    expect(findings).toEqual([]);
    expect(plan?.programs).toHaveLength(11);
    expect(plan?.programs.at(-1)?.path).toBe('update/sbl1.mbn');
  });

  it('reads a zip of the package as it reads the directory', async () => {
    const files = (await openPackage(sound)) as Extract<
      Awaited<ReturnType<typeof openPackage>>,
      { ok: true }
    >;
    const entries = await Promise.all(
      files.value.files.map(async ({ path }) => ({
        name: `${DEMO_NEW_VERSION}/${path}`,
        content: await readFile(join(sound, path)),
      })),
    );
    await writeFile(join(scratch, `${DEMO_NEW_VERSION}.zip`), buildZip(entries));
    const { findings, plan } = await lint(join(scratch, `${DEMO_NEW_VERSION}.zip`));
    expect(findings).toEqual([]);
    expect(plan?.programs).toHaveLength(11);
  });

  it.each(
    (
      [
        [DEFECTS.programsIntoEfs2, 'touches-protected-range', RAWPROGRAM, 7],
        [DEFECTS.erasesEfs2, 'touches-protected-range', RAWPROGRAM, 8],
        [DEFECTS.erasesWithoutLength, 'erase-without-range', RAWPROGRAM, 8],
        [DEFECTS.leavesPackage, 'path-leaves-package', RAWPROGRAM, 7],
        [DEFECTS.contradictsGeometry, 'geometry-contradicts-model', RAWPROGRAM, 7],
        [DEFECTS.reachesBeyondChip, 'beyond-storage', RAWPROGRAM, 15],
        [DEFECTS.sendsUnknownElement, 'rawprogram-unknown-element', RAWPROGRAM, 28],
        [DEFECTS.lacksBootPartition, 'boot-partition-missing', RAWPROGRAM, 1],
        [DEFECTS.flipsImageByte, 'md5-mismatch', 'md5.txt', 19],
        [DEFECTS.lacksImage, 'file-missing', RAWPROGRAM, 19],
        [DEFECTS.lacksImage, 'md5-file-missing', 'md5.txt', 4],
        [DEFECTS.lacksMd5List, 'md5-list-missing', 'md5.txt', null],
        [DEFECTS.lacksProgrammer, 'programmer-missing', null, null],
        [DEFECTS.hasNoProgrammerImage, 'programmer-not-an-image', PROGRAMMER, null],
        [DEFECTS.hasProgrammerCutOff, 'programmer-not-an-image', PROGRAMMER, null],
        [
          DEFECTS.movesCalibration,
          'partition-table-contradicts-model',
          'update/firehose/partition_complete_p2K_b128K.mbn',
          null,
        ],
        [DEFECTS.shipsFactoryXml, 'factory-rawprogram', RAWPROGRAM.replace('_update', '_factory'), null],
        [DEFECTS.shipsCalibration, 'ships-calibration', 'update/cefs.mbn', null],
        [DEFECTS.isForAnotherChip, 'chip-contradicts-model', 'contents.xml', 8],
        [
          DEFECTS.isNamedForOtherGeometry,
          'name-contradicts-geometry',
          RAWPROGRAM.replace('p2K_b128K', 'p4K_b256K'),
          null,
        ],
        [DEFECTS.outgrowsPartition, 'file-larger-than-partition', RAWPROGRAM, 23],
      ] as const
    ).map(([defect, reason, file, line]) => ({ what: defect.name, defect, reason, file, line })),
  )('refuses a package that $what: $reason', async ({ defect, reason, file, line }) => {
    const directory = await copyOfSound(`${defect.name} ${reason}`);
    await defect.apply(directory);
    const { findings } = await lint(directory);
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', reason, file, line }));
  });

  it.each([
    ['a line that is not one', 'FILE:\\update\\tz.mbn:ABC\r\n', 'md5-list-malformed'],
    ['a path outside the package', `FILE:\\..\\x:${'A'.repeat(32)}\r\n`, 'md5-list-malformed'],
    ['a file that is not there', `FILE:\\update\\gone.mbn:${'A'.repeat(32)}\r\n`, 'md5-file-missing'],
  ])('refuses an md5.txt with %s', async (name, text, reason) => {
    const directory = await copyOfSound(name);
    await appendFile(join(directory, 'md5.txt'), text);
    expect((await lint(directory)).findings?.map((finding) => finding.reason)).toEqual([reason]);
  });

  it.each(['tz\\.mbn', 'firehose\\\\prog_nand_firehose_9x07\\.mbn', 'firehose\\\\rawprogram_[^:]*'])(
    'wants a voucher for what flashes the modem: %s',
    async (unlisted) => {
      const directory = await copyOfSound(`unlisted ${unlisted.replaceAll(/\W/g, '')}`);
      const list = await readFile(join(directory, 'md5.txt'), 'utf8');
      const shorter = list.replace(new RegExp(`FILE:\\\\update\\\\${unlisted}:.*\r\n`), '');
      expect(shorter).not.toBe(list);
      await writeFile(join(directory, 'md5.txt'), shorter);
      expect((await lint(directory)).findings).toMatchObject([{ reason: 'md5-not-listed' }]);
    },
  );

  it('accepts the list of the vendor that names targetfiles.zip and does not ship it', async () => {
    const directory = await copyOfSound('targetfiles');
    await appendFile(join(directory, 'md5.txt'), `FILE:\\upgrade\\targetfiles.zip:${'A'.repeat(32)}\r\n`);
    expect((await lint(directory)).findings).toEqual([]);
  });

  it('refuses a patch that would have to be sent to the device', async () => {
    const directory = await copyOfSound('disk patch');
    const path = join(directory, 'update/firehose/patch_p2K_b128K.xml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('filename="partition_complete_p2K_b128K.mbn"', 'filename="DISK"'));
    const reasons = (await lint(directory)).findings?.map((finding) => finding.reason);
    expect(reasons).toContain('patch-for-the-device');
  });

  it('refuses two rawprograms, since nothing says which one holds', async () => {
    const directory = await copyOfSound('two rawprograms');
    await cp(join(directory, RAWPROGRAM), join(directory, RAWPROGRAM.replace('_update', '_update2')));
    expect((await lint(directory)).findings).toMatchObject([{ reason: 'several-rawprograms' }]);
  });

  it.each([
    ['another version than was asked for', DEMO_OLD_VERSION, DEMO_NEW_VERSION, ['version-contradicts-name']],
    ['no version at all', 'firmware', DEMO_NEW_VERSION, ['name-shows-no-version']],
    [
      'another model',
      'EG25GGBR07A08M2G_30.006.30.006',
      'EG25GGBR07A08M2G_30.006.30.006',
      ['version-of-another-model'],
    ],
  ])('says so when the package is named for %s', async (name, packageName, version, reasons) => {
    const directory = await copyOfSound(name, packageName);
    const { findings } = await lint(directory, version);
    expect(findings?.map((finding) => finding.reason)).toEqual(reasons);
  });

  it('accepts a name that leaves out the custom part', async () => {
    const directory = await copyOfSound('short name', 'EC25EUGAR08A03M4G');
    expect((await lint(directory)).findings).toEqual([]);
  });
});

describe('opening a package', () => {
  it('refuses a symbolic link in a directory', async () => {
    const directory = await copyOfSound('link');
    await symlink('/etc/passwd', join(directory, 'update/extra.mbn'));
    expect(await lint(directory)).toMatchObject({
      refused: { reason: 'package-entry-refused', path: 'update/extra.mbn', why: 'link' },
    });
  });

  it('refuses names that differ in case alone', async () => {
    const directory = await copyOfSound('case');
    await cp(join(directory, 'update/tz.mbn'), join(directory, 'update/TZ.mbn'));
    expect(await lint(directory)).toMatchObject({
      refused: { reason: 'package-entry-refused', why: 'same-name-in-other-case' },
    });
  });

  it('refuses names that other filesystems read differently', async () => {
    const directory = await copyOfSound('odd name');
    await rename(join(directory, 'update/tz.mbn'), join(directory, 'update/tz\u00e9:.mbn'));
    expect(await lint(directory)).toMatchObject({
      refused: { reason: 'package-entry-refused', why: 'name-not-allowed' },
    });
  });

  it('refuses a directory that is deeper than any vendor makes them', async () => {
    const directory = await copyOfSound('deep');
    await mkdir(join(directory, 'a/b/c/d/e/f/g/h/i'), { recursive: true });
    expect(await lint(directory)).toMatchObject({
      refused: { reason: 'package-entry-refused', why: 'too-deep' },
    });
  });

  it.each([
    ['leaves the directory', buildZip([{ name: '../evil.mbn', content: 'x' }]), 'leaves-package'],
    ['is absolute', buildZip([{ name: '/etc/evil.mbn', content: 'x' }]), 'leaves-package'],
    [
      'is a link',
      buildZip([{ name: 'update/evil.mbn', content: '/etc/passwd', unixMode: 0o120777 }]),
      'link',
    ],
    ['is encrypted', buildZip([{ name: 'update/evil.mbn', content: 'x', isEncrypted: true }]), 'encrypted'],
  ])('refuses a zip with an entry that %s', async (name, zip, why) => {
    const path = join(scratch, `${name}.zip`);
    await writeFile(path, zip);
    expect(await lint(path)).toMatchObject({ refused: { reason: 'package-entry-refused', why } });
  });

  it('refuses a zip that declares more than a package may hold', async () => {
    const path = join(scratch, 'bomb.zip');
    await writeFile(path, buildZip([{ name: 'update/bomb.mbn', content: 'x', declaredBytes: 2 ** 31 }]));
    expect(await lint(path)).toMatchObject({ refused: { reason: 'package-too-large' } });
  });

  it.each([
    ['holds less than it declares', buildZip([{ name: 'update/bomb.mbn', content: 'x', declaredBytes: 5 }])],
    ['has a wrong checksum', buildZip([{ name: 'update/bomb.mbn', content: 'x', crc32: 1 }])],
  ])('refuses a zip with an entry that %s', async (name, zip) => {
    const path = join(scratch, `${name}.zip`);
    await writeFile(path, zip);
    expect(await lint(path)).toMatchObject({ refused: { reason: 'package-unreadable' } });
  });

  it.each([
    ['nothing there', 'gone', 'package-not-found'],
    ['an empty directory', 'empty', 'package-empty'],
    ['a file that is no zip', 'text.zip', 'package-unreadable'],
  ])('says so when it is given %s', async (_, name, reason) => {
    await mkdir(join(scratch, 'empty'), { recursive: true });
    await writeFile(join(scratch, 'text.zip'), 'not a zip');
    expect(await lint(join(scratch, name))).toMatchObject({ refused: { reason } });
  });
});
