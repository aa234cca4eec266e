/** Everything that may be wrong with a package, each by the reason, the file and the line it is refused with. */
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildZip } from './build-zip.ts';
import { RAWPROGRAM } from './defects.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION, SMALL_SIZE_BYTES, writeDemoPackage } from './demo-package.ts';
import { writeMd5List } from './md5-list.ts';
import { shown } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const MD5 = 'md5.txt';
const FACTORY = RAWPROGRAM.replace('_update', '_factory');

let scratch: string;
let sound: string;
let count = 0;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'refusals-'));
  sound = join(scratch, 'sound', DEMO_NEW_VERSION);
  await writeDemoPackage(sound, { version: DEMO_NEW_VERSION, sizeBytes: SMALL_SIZE_BYTES });
});
afterAll(() => rm(scratch, { recursive: true }));

async function copyOfSound(): Promise<string> {
  const directory = join(scratch, String(++count), DEMO_NEW_VERSION);
  await cp(sound, directory, { recursive: true });
  return directory;
}

/** As the command tells it: exit 65, and findings or the reason why the package is not even read. */
async function lint(path: string) {
  const ended = await runCisternRepo([
    ...['lint', path, '--model', 'quectel/ec25euga-m4g', '--version', DEMO_NEW_VERSION, '--json'],
  ]);
  expect(ended.code, ended.stdout).toBe(65);
  return shown(ended);
}

/** Replaces text in a line of the rawprogram; line numbers begin at 1. */
const onLine = (line: number, what: string, by: string) => async (directory: string) => {
  const path = join(directory, RAWPROGRAM);
  const lines = (await readFile(path, 'utf8')).split('\r\n');
  const before = lines[line - 1] ?? '';
  lines[line - 1] = before.replace(what, by);
  if (lines[line - 1] === before) throw new Error(`line ${line} holds no ${what}: ${before}`);
  await writeFile(path, lines.join('\r\n'));
  await writeMd5List(directory);
};

const rewritten = (path: string, content: (before: string) => string) => async (directory: string) => {
  const file = join(directory, path);
  const before = await readFile(file, 'utf8');
  const after = content(before);
  if (after === before) throw new Error(`${path} did not change`);
  await writeFile(file, after);
  await writeMd5List(directory);
};

describe('lint refuses', () => {
  it.each([
    ['a write into EFS2', onLine(7, '"13184"', '"1280"'), 'touches-protected-range', RAWPROGRAM, 7],
    ['a write into RAWDATA', onLine(7, '"13184"', '"12544"'), 'touches-protected-range', RAWPROGRAM, 7],
    [
      'a write that reaches into sys_rev',
      onLine(6, '"640" phys', '"9600" phys'),
      'touches-protected-range',
      RAWPROGRAM,
      6,
    ],
    ['an erase of cust_info', onLine(8, '"13952"', '"14528"'), 'touches-protected-range', RAWPROGRAM, 8],
    [
      'an erase without a start',
      onLine(8, ' start_sector="13952"', ''),
      'erase-without-range',
      RAWPROGRAM,
      8,
    ],
    [
      'an erase without a length',
      onLine(8, ' num_partition_sectors="576"', ''),
      'erase-without-range',
      RAWPROGRAM,
      8,
    ],
    ['an erase of nothing', onLine(8, '"576"', '"0"'), 'empty-range', RAWPROGRAM, 8],
    ['an erase of half a block', onLine(8, '"576"', '"544"'), 'not-on-block-boundary', RAWPROGRAM, 8],
    ['an erase that overlaps another', onLine(9, '"768"', '"832"'), 'overlap', RAWPROGRAM, 10],
    ['a write that no erase clears', onLine(24, '"768"', '"704"'), 'program-without-erase', RAWPROGRAM, 7],
    [
      'a second partition of the chip',
      onLine(8, 'number="0"', 'number="1"'),
      'wrong-physical-partition',
      RAWPROGRAM,
      8,
    ],
    [
      'another geometry than the model has',
      onLine(5, '"2048"', '"4096"'),
      'geometry-contradicts-model',
      RAWPROGRAM,
      5,
    ],
    ['a range beyond the chip', onLine(15, '"37760"', '"64000"'), 'beyond-storage', RAWPROGRAM, 15],
    ['a file that is not there', onLine(20, 'recovery.img', 'recovery2.img'), 'file-missing', RAWPROGRAM, 20],
    [
      'a file outside of the package',
      onLine(7, '..\\tz.mbn', '..\\..\\..\\tz.mbn'),
      'path-leaves-package',
      RAWPROGRAM,
      7,
    ],
    [
      'an attribute that nobody knows',
      onLine(8, '<erase ', '<erase mode="all" '),
      'rawprogram-unknown-attribute',
      RAWPROGRAM,
      8,
    ],
    [
      'a write without its start',
      onLine(7, ' start_sector="13184"', ''),
      'rawprogram-attribute-missing',
      RAWPROGRAM,
      7,
    ],
    [
      'a number that is none',
      onLine(8, '"576"', '"0x240"'),
      'rawprogram-attribute-not-a-number',
      RAWPROGRAM,
      8,
    ],
    [
      'an element that nobody knows',
      onLine(8, '<erase ', '<nuke '),
      'rawprogram-unknown-element',
      RAWPROGRAM,
      8,
    ],
    [
      'a rawprogram that is no XML',
      rewritten(RAWPROGRAM, (text) => text.replace('</data>', '')),
      'rawprogram-malformed',
      RAWPROGRAM,
      null,
    ],
    [
      'a rawprogram with entities',
      rewritten(RAWPROGRAM, (text) => text.replace('<data>', '<!DOCTYPE x [<!ENTITY y "z">]><data>')),
      'rawprogram-malformed',
      RAWPROGRAM,
      null,
    ],
    [
      'a rawprogram of no commands',
      rewritten(RAWPROGRAM, () => '<data></data>'),
      'rawprogram-empty',
      RAWPROGRAM,
      null,
    ],
    [
      'a rawprogram of too many',
      rewritten(RAWPROGRAM, (text) =>
        text.replace(
          '</data>',
          `${'<erase num_partition_sectors="64" start_sector="0"/>'.repeat(513)}</data>`,
        ),
      ),
      'rawprogram-too-many-commands',
      RAWPROGRAM,
      null,
    ],
    [
      'a rawprogram too large to read',
      rewritten(RAWPROGRAM, (text) => text + ' '.repeat(256 * 1024)),
      'file-too-large-to-parse',
      RAWPROGRAM,
      null,
    ],
    [
      'an empty image',
      (directory: string) =>
        truncate(join(directory, 'update/rpm.mbn'), 0).then(() => writeMd5List(directory)),
      'file-empty',
      RAWPROGRAM,
      23,
    ],
    [
      'an image larger than its partition',
      (directory: string) =>
        truncate(join(directory, 'update/tz.mbn'), 768 * 2048 + 1).then(() => writeMd5List(directory)),
      'file-larger-than-partition',
      RAWPROGRAM,
      7,
    ],
    [
      'the factory XML beside that of the update',
      (directory: string) =>
        cp(join(directory, RAWPROGRAM), join(directory, FACTORY)).then(() => writeMd5List(directory)),
      'factory-rawprogram',
      FACTORY,
      null,
    ],
    [
      'cefs.mbn, wherever it lies',
      (directory: string) => writeFile(join(directory, 'CEFS.mbn'), 'x'),
      'ships-calibration',
      'CEFS.mbn',
      null,
    ],
    [
      'two programmers',
      (directory: string) =>
        cp(
          join(directory, 'update/firehose/prog_nand_firehose_9x07.mbn'),
          join(directory, 'update/firehose/prog_nand_firehose_9x07b.mbn'),
        ),
      'several-programmers',
      'update/firehose',
      null,
    ],
    [
      'contents.xml of another chip',
      rewritten('contents.xml', (text) => text.replace('>MDM9607<', '>SDX55<')),
      'chip-contradicts-model',
      'contents.xml',
      8,
    ],
    [
      'contents.xml that is no XML',
      rewritten('contents.xml', (text) => text.replace('</contents>', '')),
      'contents-malformed',
      'contents.xml',
      null,
    ],
    [
      'a patch file that is no XML',
      rewritten('update/firehose/patch_p2K_b128K.xml', () => '<patches>'),
      'patch-malformed',
      'update/firehose/patch_p2K_b128K.xml',
      null,
    ],
  ] as const)('%s', async (_, change, reason, file, line) => {
    const directory = await copyOfSound();
    await change(directory);
    const { findings } = await lint(directory);
    const expected = { severity: 'error', reason, file, ...(line === null ? {} : { line }) };
    expect(findings).toContainEqual(expect.objectContaining(expected));
  });

  it.each([
    ['in the first digit', 0],
    ['in the sixteenth, where the vendor stops to look', 16],
    ['in the last', 31],
  ])('an MD5 that differs %s', async (_, digit) => {
    const directory = await copyOfSound();
    const list = await readFile(join(directory, MD5), 'utf8');
    const lines = list.split('\r\n');
    const at = lines.findIndex((line) => line.includes('tz.mbn'));
    const [, name = '', md5 = ''] = /^(.*:)([0-9A-F]{32})$/.exec(lines[at] ?? '') ?? [];
    const other = md5[digit] === '0' ? '1' : '0';
    lines[at] = `${name}${md5.slice(0, digit)}${other}${md5.slice(digit + 1)}`;
    await writeFile(join(directory, MD5), lines.join('\r\n'));
    const { findings } = await lint(directory);
    expect(findings).toMatchObject([{ reason: 'md5-mismatch', file: MD5, line: at + 1 }]);
  });

  it.each([
    ['an image', 'update/tz.mbn'],
    ['the programmer', 'update/firehose/prog_nand_firehose_9x07.mbn'],
    ['the rawprogram', RAWPROGRAM],
  ])('%s that the vendor does not list', async (_, path) => {
    const directory = await copyOfSound();
    const lines = (await readFile(join(directory, MD5), 'utf8')).split('\r\n');
    const listed = `FILE:\\${path.replaceAll('/', '\\')}:`;
    await writeFile(join(directory, MD5), lines.filter((line) => !line.startsWith(listed)).join('\r\n'));
    const { findings } = await lint(directory);
    expect(findings).toMatchObject([{ reason: 'md5-not-listed', file: MD5 }]);
    expect(findings[0].sentence).toContain(path);
  });

  it('a zip whose own directory is named for another version than was asked for', async () => {
    const names = ['contents.xml', MD5, RAWPROGRAM, 'update/tz.mbn'];
    const entries = await Promise.all(
      names.map(async (name) => ({
        name: `${DEMO_OLD_VERSION}/${name}`,
        content: await readFile(join(sound, name)),
      })),
    );
    const path = join(scratch, 'firmware.zip');
    await writeFile(path, buildZip(entries));
    const { findings } = await lint(path);
    expect(findings).toContainEqual(expect.objectContaining({ reason: 'version-contradicts-name' }));
  });
});
