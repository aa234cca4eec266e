/** Bad packages: each gets one clear sentence and an exit code, and the modem hears nothing of it. */
import { mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../device/report/explain/explain.ts';
import { verifyStage } from '../../device/stage/staged-package.ts';
import { planOf } from '../../device/update/staged-plan.ts';
import { buildZip } from '../firmware/build-zip.ts';
import { DEFECTS, PROGRAMMER, RAWPROGRAM } from '../firmware/defects.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { writeMd5List } from '../firmware/md5-list.ts';
import { SimulatedModem } from '../modem/modem.ts';
import { aCommandScene, type CommandScene } from '../support/a-command.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { NEXT_VERSION, type PackageShelf, packageShelf } from '../support/local-package.ts';
import { filledStage, localRelease, must } from '../support/local-release.ts';

let shelf: PackageShelf;
let modem: SimulatedModem;
let scene: CommandScene;
let before: string;
beforeAll(async () => {
  shelf = await packageShelf();
  modem = new SimulatedModem({ firmware: DEMO_OLD_VERSION });
  scene = await aCommandScene({ door: inProcessDoor(modem) });
  before = flashFingerprint(modem);
});
afterAll(async () => {
  modem.close();
  await scene.end();
  await shelf.remove();
});

const LONGEST_MS = 5_000;

async function expectRefused(path: string, code: number, sentence: string | RegExp): Promise<void> {
  const begunMs = performance.now();
  const said = await scene.cistern('flash', path, '--version', NEXT_VERSION, '--yes');
  expect(performance.now() - begunMs).toBeLessThan(LONGEST_MS);
  const [what, state, next, ...rest] = said.stderr
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('  note:'));
  expect(rest).toEqual([]);
  expect(what).toMatch(sentence);
  expect(what?.length).toBeLessThan(1_000);
  expect([state, next]).toEqual([
    '  state: The modem was not touched.',
    expect.stringMatching(/^ {2}next: {2}\S/),
  ]);
  expect(said.code).toBe(code);
  expect(modem.transferCount).toBe(0);
  expect(flashFingerprint(modem)).toBe(before);
}

/** A copy of the sound package with its rawprogram replaced; md5.txt fits. */
async function withRawprogram(change: (xml: string) => string | Buffer): Promise<string> {
  const path = await shelf.copy(NEXT_VERSION);
  const file = join(path, RAWPROGRAM);
  await writeFile(file, change(await readFile(file, 'utf8')));
  await writeMd5List(path);
  return path;
}

const NESTED = 20_000;

describe('a package with a rawprogram', () => {
  it.each([
    ['that is cut off', (xml: string) => xml.slice(0, xml.length / 2), /rawprogram.*Not well-formed/],
    ['that is empty', () => '', /rawprogram.*Not well-formed|No commands/],
    [
      'that declares an entity',
      (xml: string) => xml.replace('<data>', '<!DOCTYPE data [<!ENTITY a "aaaaaaaaaa">]><data>'),
      /a DOCTYPE is not allowed/,
    ],
    [
      'that multiplies entities',
      (xml: string) =>
        xml.replace(
          '<data>',
          `<!DOCTYPE d [<!ENTITY a0 "x">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i + 1} "&a${i};&a${i};">`).join('')}]><data>&a20;`,
        ),
      /a DOCTYPE is not allowed/,
    ],
    [
      'that reads a file of this machine',
      (xml: string) =>
        xml.replace('<data>', '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]><data>&f;'),
      /a DOCTYPE is not allowed/,
    ],
    [
      'that is nested deeply',
      () => `<data>${'<a>'.repeat(NESTED)}${'</a>'.repeat(NESTED)}</data>`,
      /<a> is neither|Not well-formed/,
    ],
    ['that is nested without end', () => '<data>'.repeat(NESTED), /Not well-formed/],
    [
      'of too many commands',
      (xml: string) =>
        xml.replace('</data>', `${(/ <erase P[^>]*>/.exec(xml)?.[0] ?? '').repeat(600)}</data>`),
      /More than 512 commands/,
    ],
    ['that is larger than any', (xml: string) => xml.padEnd(300 * 1024), /Too large for a rawprogram/],
    ['that is no text', () => Buffer.from([0xff, 0xfe, 0x00, 0xd8]), /not UTF-8/],
  ] as const)('%s', async (_, change, sentence) => {
    await expectRefused(await withRawprogram(change), 65, sentence);
  });

  it('of 100 MB, which is never read whole into memory', async () => {
    const path = await shelf.copy(NEXT_VERSION);
    const file = await open(join(path, RAWPROGRAM), 'r+');
    await file.truncate(100 * 1024 * 1024);
    await file.close();
    const rss = process.memoryUsage.rss();
    await expectRefused(path, 65, /Too large for a rawprogram/);
    expect(process.memoryUsage.rss() - rss).toBeLessThan(80 * 1024 * 1024);
  });
});

describe('a package that', () => {
  it.each([
    [DEFECTS.programsIntoEfs2, /rawprogram\S* line \d+: Sectors 1280 to 2047 touch EFS2/],
    [DEFECTS.erasesEfs2, /touch EFS2/],
    [DEFECTS.erasesWithoutLength, /erases the whole chip, calibration included/],
    [DEFECTS.leavesPackage, /is not inside the package/],
    [DEFECTS.contradictsGeometry, /Made for pages of 4096 bytes/],
    [DEFECTS.reachesBeyondChip, /the model has 131072/],
    [DEFECTS.sendsUnknownElement, /<poke> is neither an erase nor a program/],
    [DEFECTS.lacksBootPartition, /start sector 0/],
    [DEFECTS.flipsImageByte, /md5\.txt line \d+: update\/tz\.mbn has MD5/],
    [DEFECTS.lacksImage, /NON-HLOS\.ubi/],
    [DEFECTS.lacksMd5List, /No md5\.txt at the top of the package/],
    [DEFECTS.lacksProgrammer, /No programmer/],
    [DEFECTS.hasNoProgrammerImage, /The programmer is neither an ELF nor an MBN image/],
    [DEFECTS.hasProgrammerCutOff, /The programmer is cut off/],
    [DEFECTS.movesCalibration, /puts EFS2 at 896\+5632/],
    [DEFECTS.shipsFactoryXml, /is for the factory/],
    [DEFECTS.shipsCalibration, /calibration of another module/],
    [DEFECTS.isForAnotherChip, /The package is for SDX55/],
    [DEFECTS.isNamedForOtherGeometry, /Named for pages of 4 KiB/],
    [DEFECTS.outgrowsPartition, /its partition holds/],
  ])('$name', async (defect, sentence) => {
    const path = await shelf.copy(NEXT_VERSION);
    await defect.apply(path);
    await expectRefused(path, 65, sentence);
  });

  it('names two programmers', async () => {
    const path = await shelf.copy(NEXT_VERSION);
    await writeFile(join(path, PROGRAMMER.replace('9x07', '9x40')), await readFile(join(path, PROGRAMMER)));
    await expectRefused(path, 65, /Several programmers/);
  });

  it.each([
    [
      'holds a link',
      (path: string) => symlink('/etc/passwd', join(path, 'update/link')),
      65,
      /update\/link is a link/,
    ],
    [
      'is empty',
      async (path: string) => rm(path, { recursive: true }).then(() => shelf.empty(path)),
      65,
      /is empty/,
    ],
    ['is not there', (path: string) => rm(path, { recursive: true }), 65, /There is nothing at/],
  ] as const)('%s', async (_, spoil, code, sentence) => {
    const path = await shelf.copy(NEXT_VERSION);
    await spoil(path);
    await expectRefused(path, code, sentence);
  });
});

describe('a zip that', () => {
  const sound = { name: `${NEXT_VERSION}/md5.txt`, content: 'VERSION:1.0\r\n' };
  it.each([
    [
      'leaves its directory',
      [sound, { name: '../../etc/cron.d/x', content: '' }],
      /lies outside the package/,
    ],
    ['begins at the root', [sound, { name: '/etc/cron.d/x', content: '' }], /lies outside the package/],
    ['holds a link', [{ ...sound, unixMode: 0o120777 }], /is a link/],
    ['is encrypted', [{ ...sound, isEncrypted: true }], /is encrypted/],
    ['names a file twice', [sound, { ...sound, name: `${NEXT_VERSION}/MD5.TXT` }], /upper and lower case/],
    ['says that it unpacks to more than 1 GiB', [{ ...sound, declaredBytes: 0x7fffffff }], /unpacks to/],
    [
      'unpacks to more than it says',
      [{ ...sound, content: Buffer.alloc(20 * 1024 * 1024), declaredBytes: 1000 }],
      /cannot be read/,
    ],
    ['has a wrong checksum', [{ ...sound, crc32: 1 }], /checksum of .* is wrong/],
    [
      'has too many files',
      Array.from({ length: 600 }, (_, i) => ({ name: `f${i}`, content: '' })),
      /more than 512 files/,
    ],
    ['has nothing in it', [], /is empty/],
  ])('%s', async (name, entries, sentence) => {
    const path = join(shelf.directory, `${name.replaceAll(/\W/g, '-')}.zip`);
    await writeFile(path, buildZip(entries));
    await expectRefused(path, 65, sentence);
  });

  it.each([
    ['is cut off', (zip: Buffer) => zip.subarray(0, zip.length / 2)],
    ['is no zip at all', () => Buffer.from('<html>404 Not Found</html>')],
    ['is nothing', () => Buffer.alloc(0)],
  ])('%s', async (name, change) => {
    const path = join(shelf.directory, `${name.replaceAll(/\W/g, '-')}.zip`);
    await writeFile(path, change(await readFile(await shelf.zip(NEXT_VERSION))));
    await expectRefused(path, 65, /cannot be read/);
  });
});

describe('a signed release is refused in its stage, before EDL,', () => {
  const spoilt = (change: (xml: string) => string) => async (directory: string) => {
    const file = join(directory, RAWPROGRAM);
    await writeFile(file, change(await readFile(file, 'utf8')));
  };
  it.each([
    ['with a rawprogram that is cut off', spoilt((xml) => xml.slice(0, 900)), 'rawprogram-malformed'],
    ['with entities', spoilt((xml) => `<!DOCTYPE d [<!ENTITY a "b">]>${xml}`), 'rawprogram-malformed'],
    ['with tags without end', spoilt(() => '<data>'.repeat(NESTED)), 'rawprogram-malformed'],
    ['with a rawprogram larger than any', spoilt((xml) => xml.padEnd(300 * 1024)), 'rawprogram-too-large'],
    ['for another geometry', DEFECTS.contradictsGeometry.apply, 'plan-refused'],
    ['with a programmer that is none', DEFECTS.hasNoProgrammerImage.apply, 'programmer-not-an-image'],
    ['with a programmer that is cut off', DEFECTS.hasProgrammerCutOff.apply, 'programmer-not-an-image'],
    ['with EFS2 elsewhere', DEFECTS.movesCalibration.apply, 'partition-table-contradicts-model'],
  ] as const)('%s', async (_, spoil, reason) => {
    const directory = await mkdtemp(join(shelf.directory, 'signed-'));
    const release = await localRelease(directory, spoil);
    const stage = await filledStage(release, directory);
    const never = new AbortController().signal;
    const staged = must(await verifyStage({ stage, ...release.documents }, never));
    const plan = await planOf(staged, release.documents.entry);
    if (plan.ok) throw new Error('it has a plan');
    expect(plan.failure.reason).toBe(reason);
    expect(explain(plan.failure).what.length).toBeLessThan(1_000);
  });
});
