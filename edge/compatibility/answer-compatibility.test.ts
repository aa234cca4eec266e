import { describe, expect, it } from 'vitest';
import { modelEntry, NEW, OLD } from '../../shared/test-documents.ts';
import type { ModelRow } from '../store/model-rows.ts';
import { answerSchema } from './answer.ts';
import { answerCompatibility } from './answer-compatibility.ts';
import { knownFamilies } from './built-in-catalogue.ts';
import { nameToAsk } from './known-modem.ts';
import { questionSchema } from './question.ts';

const row = (...versions: string[]): ModelRow => ({
  model: 'quectel/ec25euga-m4g',
  product: 'ec25euga-m4g',
  name: 'Quectel EC25-EU',
  targetsVersion: 1,
  newestVersion: versions[0] ?? null,
  releaseCount: versions.length,
  entry: modelEntry({
    knownIssues: [
      { versions: { baseline: 8 }, what: 'No data.', workaround: 'Set the APN.', source: 'a thread' },
      { versions: { baseline: 9 }, what: 'Another baseline.', source: 'a thread' },
    ],
  }),
  releases: versions.map((version) => ({
    version,
    releasedOn: '2026-01-31',
    installableFrom: [{ from: { baseline: 6 }, source: 'a test' }],
    notes: '',
    fixes: [],
    knownIssues: [],
    packageBytes: 1,
    storedBytes: 1,
    manifest: { path: 'x', sha256: 'ab'.repeat(32) },
  })),
  updatedAt: '2026-11-23T08:00:00.000Z',
});

/** Asks as a request would, and holds the answer to what OpenAPI promises. */
async function ask(installed: string, wanted?: string, published: ModelRow | null = null) {
  const question = questionSchema.parse(wanted === undefined ? { installed } : { installed, wanted });
  const answer = await answerCompatibility(question, async () => published);
  return answerSchema.parse(JSON.parse(JSON.stringify(answer)));
}
const codes = ({ reasons }: { reasons: { code: string }[] }) => reasons.map(({ code }) => code);

describe('what is pasted', () => {
  it.each([
    [
      'an answer of ATI and AT+QGMR',
      `ATI\r\nQuectel\r\nEC25\r\nRevision: EC25EUGAR06A05M4G\r\nOK\r\n${OLD}\r\nOK`,
    ],
    ['a zip', `C:\\fw\\${OLD} (1).zip`],
    ["a router's JSON", `{"firmware":"${OLD}"}`],
  ])('is read, as %s', async (_, pasted) => {
    expect(await ask(pasted, `${NEW}.zip`, row(NEW))).toMatchObject({
      verdict: 'fits',
      installed: OLD,
      wanted: NEW,
      path: [NEW],
    });
  });

  it('tells the issues of the version that is installed and of those that would be, and no others', async () => {
    const { knownIssues } = await ask(OLD, NEW, row(NEW));
    expect(knownIssues).toEqual([
      { versions: { baseline: 8 }, what: 'No data.', workaround: 'Set the APN.', source: 'a thread' },
    ]);
  });

  it.each([
    ['two versions', `${OLD} ${NEW}`, 'ask about one'],
    ['a word', 'latest', 'no firmware version'],
    ['a name that no catalogue has', 'RUT955', 'no firmware version'],
  ])('is refused with a sentence, as %s', (_, installed, message) => {
    const read = questionSchema.safeParse({ installed });
    expect(read.error?.issues[0]).toMatchObject({
      path: ['installed'],
      message: expect.stringContaining(message),
    });
  });

  it('names no release by a label', () => {
    expect(questionSchema.safeParse({ installed: OLD, wanted: 'EC25EUGA-512-STD' }).success).toBe(false);
  });
});

describe('a label or a name', () => {
  it('is told apart from a version, with what it does say', async () => {
    const answer = await ask('EP06ELA-512-SGA');
    expect(answer).toMatchObject({
      verdict: 'not known',
      installed: 'EP06ELA-512-SGA',
      model: 'quectel/ep06ela-m4g',
      known: { family: 'EG06', name: 'Quectel EP06-E', isFlashedByCistern: false },
    });
    expect(codes(answer)).toEqual(['version-not-shown', 'model-incomplete', 'method-not-ours']);
    expect(answer.reasons[0]?.sentence).toContain('AT+QGMR');
  });

  it('of other hardware does not fit, whatever is installed', async () => {
    const answer = await ask('EP06ELA-512-SGA', NEW);
    expect(answer).toMatchObject({ verdict: 'does not fit', reasons: [{ code: 'other-model' }, {}, {}, {}] });
  });

  it('of hardware said to be interchangeable is not called unfit', async () => {
    expect(await ask('EC25AFFA-512-STD', 'EC25AFFDR07A14M4G_01.001.01.001')).toMatchObject({
      verdict: 'not known',
    });
  });

  it.each([
    ['Quectel\r\nEC25\r\nOK', 'EC25', 'firehose-nand', ['version-not-shown']],
    ['EM7455', 'MC74xx', 'sierra-cwe', ['version-not-shown', 'method-not-ours']],
    ['Model: SIMCOM_SIM7600E-H', 'SIM7600', 'fastboot', ['version-not-shown', 'method-not-ours']],
    ['RG500U-EA', 'RG500U', 'unisoc-download', ['version-not-shown', 'method-not-ours']],
  ])('%j says the family, and how it is flashed', async (pasted, family, flashMethod, expected) => {
    const answer = await ask(pasted);
    expect(answer).toMatchObject({ verdict: 'not known', known: { family, flashMethod }, model: null });
    expect(codes(answer)).toEqual(expected);
  });
});

it.each([
  ['LE20B04SIM7600G22', 'SIM7600'],
  ['EC200UEUAAR03A02M08_01.001.01.001', 'EC200'],
  ['EC200AEUHAR01A10M16_01.001.01.001.zip', 'EC200'],
  ['EG915QEUABR01A02M04_01.200.01.200', 'EG915Q'],
  ['BG95M3LAR02A04_01.006.01.006', 'BG95'],
])('the version %s, which is not judged here, tells its family', async (pasted, family) => {
  const { known, reasons } = await ask(pasted);
  expect(known?.family).toBe(family);
  expect(reasons[0]).toMatchObject({
    code: 'version-not-shown',
    sentence: expect.stringContaining(`tells the family ${family};`),
  });
});

describe('of a family without a model', () => {
  it('all that is known to go wrong is told, with its way around and its source, and where it was found', async () => {
    const { knownIssues, known } = await ask('EM7455');
    expect(knownIssues.map(({ what, workaround, source }) => [what, workaround, source])).toEqual([
      expect.arrayContaining([expect.stringContaining('stays in low power')]),
      [
        'The tool waits too long and the modem leaves the download mode (EM7455).',
        'Run the two steps by hand, one right after the other.',
        'field 1b report 34: thread forum.sierrawireless.com/t/17723',
      ],
      expect.arrayContaining(['Put them on a USB stick.']),
    ]);
    expect(known?.routers).toEqual(['WE826 (EM7455)']);
  });

  it('is told the same by a label or a version of hardware that is not listed', async () => {
    const { knownIssues } = await ask('EC25');
    expect(knownIssues.length).toBeGreaterThan(0);
    expect((await ask('EC25ZZGA-512-STD')).knownIssues).toEqual(knownIssues);
    const ofAllVersions = knownIssues.filter(({ versions }) => Object.keys(versions).length === 0);
    expect((await ask('EC25ZZGAR01A01M4G')).knownIssues).toEqual(expect.arrayContaining(ofAllVersions));
  });

  it.each(knownFamilies().map((family) => [family.family, family] as const))(
    '%s is found by the name that the list of models links to',
    async (_, family) => {
      expect((await ask(nameToAsk(family))).known).toMatchObject({
        vendor: family.vendor,
        family: family.family,
      });
    },
  );
});

it.each([
  ['RM502Q-AE', 'AT+QGMR', ['RM502QAEAA']],
  ['EC25-EU', 'AT+QGMR', ['quectel/ec25euga-m4g', 'quectel/ec25euxga-m1g']],
  ['EM7455', 'ATI', []],
])('%s is told which models begin so, and to ask by %s', async (name, command, meant) => {
  const { didYouMean, reasons } = await ask(name);
  expect(didYouMean.map(({ text }) => text)).toEqual(meant);
  expect(reasons[0]?.sentence).toContain(`(${command})`);
});

describe('where nothing is published', () => {
  const RM520 = 'RM520NGLAAR03A03M4G_01.200.01.200';

  it('what is forbidden is forbidden all the same, with its source', async () => {
    expect(await ask(RM520, 'RM520NGLAAR01A06M4G_01.200.01.200')).toMatchObject({
      verdict: 'does not fit',
      reasons: [
        { code: 'below-floor', source: expect.stringContaining('4IceG/RM520N-GL') },
        { code: 'model-incomplete' },
      ],
      path: [],
    });
    expect(await ask('EC25EFAR06A17M4G_20.200.20.200', 'EC25EFAR08A01M4G_01.001.01.001')).toMatchObject({
      verdict: 'does not fit',
      reasons: [{ code: 'edge-forbidden' }, { code: 'model-incomplete' }],
    });
  });

  it('nothing fits, however well it looks', async () => {
    const answer = await ask('RM520NGLAAR01A07M4G_01.200.01.200', RM520);
    expect(answer).toMatchObject({ verdict: 'not known', path: [] });
    expect(codes(answer)).toEqual(['release-not-published', 'edge-listed', 'model-incomplete']);
  });

  it('a mistyped hardware is told what may have been meant', async () => {
    const answer = await ask('EC25EUGR08A03M4G_01.200.01.200');
    expect(codes(answer)).toEqual(['release-not-published', 'hardware-not-listed']);
    expect(answer.didYouMean).toContainEqual({
      kind: 'model',
      text: 'quectel/ec25euga-m4g',
      name: 'Quectel EC25-EU',
    });
    expect(answer.known).toMatchObject({ family: 'EC25', name: null });
  });

  it('another size of flash is told which there is', async () => {
    expect(await ask('EC25EUGAR08A03M2G_01.200.01.200')).toMatchObject({
      didYouMean: [{ kind: 'model', text: 'quectel/ec25euga-m4g' }],
    });
  });

  it('a modem that no catalogue knows is not known', async () => {
    expect(await ask('ZZ99XXR01A01M2G_01.001.01.001')).toMatchObject({ known: null, didYouMean: [] });
  });
});

it('a release that is not here is told what is, where the custom part was left out', async () => {
  expect(await ask(OLD, 'EC25EUGAR08A03M4G', row(NEW))).toMatchObject({
    verdict: 'not known',
    reasons: [{ code: 'release-not-published' }],
    didYouMean: [{ kind: 'release', text: NEW }],
  });
});
