import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { version } from '../../shared/test-documents.ts';
import { addModel } from './add-model.ts';
import { checkCatalogue } from './check-catalogue.ts';
import { CATALOGUE_DIRECTORY } from './find-model.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catalogue-'));
  for (const vendor of ['quectel', 'sierra']) {
    await cp(join(CATALOGUE_DIRECTORY, vendor), join(directory, vendor), { recursive: true });
  }
});
afterEach(() => rm(directory, { recursive: true }));

async function check() {
  const report = await checkCatalogue(directory);
  if (!report.ok) throw new Error(report.failure.reason);
  return report.value;
}
async function mistakes() {
  return (await check()).findings.filter(({ severity }) => severity !== 'missing');
}
const fileAt = (file: string) => readFile(join(directory, file), 'utf8');

async function change(file: string, from: string | RegExp, to: string) {
  const text = await fileAt(file);
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${file} has no ${from}`);
  await writeFile(join(directory, file), changed);
}

/** The line of a file that holds this text, counted from 1. */
async function lineOf(file: string, text: string): Promise<number> {
  const line = (await fileAt(file)).split('\n').findIndex((each) => each.includes(text)) + 1;
  if (line === 0) throw new Error(`${file} has no ${text}`);
  return line;
}

describe('the check of the catalogue', () => {
  it('finds no mistake in the one of this repository, and says what is still missing', async () => {
    const report = await checkCatalogue(CATALOGUE_DIRECTORY);
    if (!report.ok) throw new Error(report.failure.reason);
    const { findings, files, modelCount } = report.value;
    expect(findings.filter(({ severity }) => severity !== 'missing')).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(45);
    expect(modelCount).toBe(2);
    expect(findings).toContainEqual(
      expect.objectContaining({ file: 'quectel/eg06.yaml', sentence: 'The chip of this family.' }),
    );
  });

  const EC25 = 'quectel/ec25.yaml';
  it.each<[string, string, string | RegExp, string, string, string]>([
    ['a misspelt field', EC25, 'flashMethod:', 'flashMetod:', 'flashMetod', 'flashMethod'],
    ['a value that is none', EC25, '2c7c:0125', '2C7C:0125', '2C7C:0125', 'a USB id'],
    ['a field left out where a model needs it', EC25, '    diagInterface: 0\n', '', 'usb:', 'diagInterface'],
    ['broken YAML', EC25, 'edges: []', 'edges: [', 'knownIssues:', ''],
    ['no EFS2 to protect', EC25, 'name: EFS2', 'name: EFS1', 'protectedRanges:', 'EFS2'],
    ['ranges that overlap', EC25, 'startSector: 9984', 'startSector: 9983', 'sys_rev', 'begins inside EFS2'],
    ['a range behind the end', EC25, 'startSector: 14528', 'startSector: 131000', 'cust_info', 'last page'],
    ['a floor of other hardware', EC25, /lowest: EC25EUXGA/, 'lowest: EC25EUGA', 'lowest:', 'EC25EUXGA'],
    [
      'another hardware than its family',
      EC25,
      /hardware: EC25ECGA/,
      'hardware: XC25ECGA',
      'XC25ECGA',
      'prefixes',
    ],
    [
      'a model that stands there already',
      EC25,
      /hardware: EC25ECGA\n/,
      'hardware: EC25EUGA\n    flash: M4G\n',
      '',
      'already',
    ],
    ['a prefix of another family', 'quectel/eg25.yaml', '[EG25]', '[EG25, EC25]', '[EG25, EC25]', 'already'],
    [
      'a name that is not its file',
      'sierra/em7565.yaml',
      'family: EM7565',
      'family: EM7566',
      'family:',
      'em7566.yaml',
    ],
    [
      'another vendor than its directory',
      'sierra/em7565.yaml',
      'vendor: sierra',
      'vendor: telit',
      'vendor:',
      'sierra',
    ],
    [
      'a source that names nothing',
      'sierra/em7565.yaml',
      /- "field 2d: USB[^"]*"/,
      '- everybody knows',
      'everybody',
      'could be looked up',
    ],
  ])('names %s, with file and line', async (_, file, from, to, at, says) => {
    await change(file, from, to);
    const found = await mistakes();
    const lines = at === '' ? [] : [await lineOf(file, at)];
    expect(found).toContainEqual(expect.objectContaining({ file, sentence: expect.stringContaining(says) }));
    if (lines.length > 0) expect(found.map(({ line }) => line)).toContain(lines[0]);
  });

  it('names every mistake of a file at once', async () => {
    await change(EC25, 'family: EC25', 'family: EC25\nunknown: 1');
    await change(EC25, 'programmerImageId: 13', 'programmerImageId: thirteen');
    expect(await mistakes()).toHaveLength(2);
  });

  it('names an edge that contradicts another', async () => {
    const edge = (await fileAt(EC25)).match(/ {6}- from: \{ baseline: 6[\s\S]*?source: .*\n/)?.[0] ?? '';
    await change(EC25, edge, edge + edge.replace('forbidden', 'allowed'));
    expect(await mistakes()).toMatchObject([
      { severity: 'error', file: EC25, sentence: expect.stringContaining('contradicts') },
    ]);
  });
});

describe('adding a model', () => {
  it('to its family appends a skeleton that can be read, and the check names what to fill in', async () => {
    const before = await fileAt('quectel/ec21.yaml');
    const added = await addModel('quectel', version('EC21EUGAR06A04M1G_01.001.01.001'), directory);
    const line = await lineOf('quectel/ec21.yaml', 'hardware: EC21EUGA');
    expect(added).toEqual({ ok: true, value: { file: 'quectel/ec21.yaml', line, isNewFamily: false } });
    expect(await fileAt('quectel/ec21.yaml')).toContain(before.trimEnd());
    const found = await mistakes();
    expect(found.map(({ line: at }) => at)).toEqual([line + 2, line + 9, line + 11]);
    expect(found[0]?.sentence).toBe('FILL IN: the name on its label.');
  });

  it('to a family without models takes the place of the empty list', async () => {
    expect(await addModel('quectel', version('EG91EXGAR08A05M1G'), directory)).toMatchObject({ ok: true });
    expect(await fileAt('quectel/eg91.yaml')).toMatch(/\nincomplete:\n {2}- hardware: EG91EXGA\n/);
    expect((await check()).findings.every(({ sentence }) => !sentence.includes('YAML'))).toBe(true);
  });

  it('of a family that is not known makes its file', async () => {
    const added = await addModel('quectel', version('AG35CEVAR05A07M4G'), directory);
    expect(added).toMatchObject({ ok: true, value: { file: 'quectel/ag35.yaml', isNewFamily: true } });
    const found = await mistakes();
    expect(found).toHaveLength(4);
    expect(found.every(({ sentence }) => sentence.startsWith('FILL IN'))).toBe(true);
  });

  it('goes to the longest prefix', async () => {
    expect(await addModel('quectel', version('EC200ACNR01A01M4G'), directory)).toMatchObject({
      ok: true,
      value: { file: 'quectel/ec200.yaml' },
    });
  });

  it.each([
    ['EC25EUGAR08A05M4G', 'quectel/ec25.yaml'],
    ['EC25ECGAR08A05M4G', 'quectel/ec25.yaml'],
  ])('that is there already (%s) changes nothing and says where', async (text, file) => {
    const before = await fileAt(file);
    expect(await addModel('quectel', version(text), directory)).toMatchObject({
      ok: false,
      failure: { reason: 'model-in-catalogue', place: expect.stringMatching(/ec25\.yaml:\d+$/) },
    });
    expect(await fileAt(file)).toBe(before);
  });

  it('to a file that goes on behind the list is refused, and the file stays', async () => {
    await change(
      'quectel/eg91.yaml',
      /\nmodels: \[\]\n\nincomplete: \[\]\n/,
      '\nincomplete: []\n\nmodels: []\n',
    );
    const before = await fileAt('quectel/eg91.yaml');
    expect(await addModel('quectel', version('EG91EXGAR08A05M1G'), directory)).toMatchObject({
      ok: false,
      failure: { reason: 'family-file-invalid', why: expect.stringContaining('last field') },
    });
    expect(await fileAt('quectel/eg91.yaml')).toBe(before);
  });
});
