import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareFirmwareVersions,
  type FirmwareVersion,
  isApplicationPending,
  parseFirmwareVersion,
  versionWithoutCustom,
} from './firmware-version.ts';
import { VERSION_TEXT_MAX_CHARS } from './limits.ts';
import { version } from './test-documents.ts';

/** Every full version string that the collected facts name (edl, field). */
const SEEN_IN_THE_FIELD = [
  'EC20CEFAR02A10M4G',
  'EC21ECGAR06A04M1G',
  'EC25EFAR02A08M4G',
  'EC25EUGAR08A03M4G',
  'EC25EUGAR08A03M4G_01.200.01.200',
  'EC25EUXGAR08A13M1G_20.200.20.200',
  'EC25EUXGAR08A19M1G',
  'EG25GGBR07A07M2G_30.003',
  'EG25GGBR07A08M2G',
  'EG25GGBR07A08M2G_30.006',
  'EM20GRAR01A04V01M4G',
  'EP06ALAR02A08M4G_01.004',
  'EP06ELAR04A20M4G',
  'RG500QEAAAR13A01M4G_01.200',
  'RG520NEBDCR03A05M4G_A0.300.A0.300',
  'RM500QGLAAR01A01M4G',
  'RM520NGLAAR01A07M4G_01.200.01.200',
  'RM520NGLAAR01A07M4G_01.201',
  'RM520NGLAAR03A02M4G',
  'RM520NGLAAR03A02M4GA',
  'RM520NGLAAR03A03M4G',
];

describe('reading a version', () => {
  it.each(SEEN_IN_THE_FIELD)('reads %s', (text) => {
    expect(parseFirmwareVersion(text)).toMatchObject({ ok: true, value: { text } });
  });

  it.each([
    ['EC25EUGAR08A03M4G_01.200.01.200', 'EC25EUGA', 8, 3, 0, 'M4G', '', '01.200.01.200'],
    // The R of R02 begins the baseline: EFAR is not a variant.
    ['EC25EFAR02A08M4G', 'EC25EFA', 2, 8, 0, 'M4G', '', null],
    ['RM520NGLAAR03A02M4GA', 'RM520NGLAA', 3, 2, 0, 'M4G', 'A', null],
    ['EM20GRAR01A04V01M4G', 'EM20GRA', 1, 4, 1, 'M4G', '', null],
    ['RG520NEBDCR03A05M4G_A0.300.A0.300', 'RG520NEBDC', 3, 5, 0, 'M4G', '', 'A0.300.A0.300'],
    ['EC20CER02A05E2G', 'EC20CE', 2, 5, 0, 'E2G', '', null],
    ['EC25AFXR07A14M16G_BETA_20240131', 'EC25AFX', 7, 14, 0, 'M16G', '', 'BETA_20240131'],
    ['EG25GGBR07A07M2G_OCPU_30.003', 'EG25GGB', 7, 7, 0, 'M2G', '', 'OCPU_30.003'],
  ])('takes %s apart', (text, hardware, baseline, release, revision, flash, suffix, custom) => {
    expect(version(text)).toEqual({
      text,
      hardware,
      baseline,
      release,
      revision,
      flash,
      suffix,
      custom,
    });
  });

  it('forgives white space around, as AT answers have it, and keeps none of it', () => {
    expect(version('  EC25EFAR02A08M4G\r\n').text).toBe('EC25EFAR02A08M4G');
  });

  it.each([
    '',
    'EC25',
    'EC25-EU',
    'ec25eugar08a03m4g',
    'EC25EUGAR8A3M4G',
    'EC25EUGAR08A03',
    'EC25EUGAR08A03M4G_',
    'EC25EUGAR08A03M4G_.200',
    'EC25EUGAR08A03M4G 01.200',
    'EC25EUGAR08A03M4G_01.200/../..',
    'EC25EUGAR08A03M4G-01.200',
    'EC25EUGAR08A03M4096G',
    'R08A03M4G',
    'EC25EUGAR08A03X4G',
    'EC25EUGAR08A03M4G\nOK',
    'ЕС25EUGAR08A03M4G',
  ])('refuses %j', (text) => {
    expect(parseFirmwareVersion(text)).toMatchObject({
      ok: false,
      failure: { reason: 'version-unreadable' },
    });
  });

  it('refuses a text that is too long before it looks at it', () => {
    const longest = 'EC25EUGAR08A03M4G_'.padEnd(VERSION_TEXT_MAX_CHARS, '1');
    expect(parseFirmwareVersion(longest).ok).toBe(true);
    const text = `${longest}1`;
    expect(parseFirmwareVersion(text)).toEqual({
      ok: false,
      failure: { reason: 'version-too-long', chars: text.length, maxChars: VERSION_TEXT_MAX_CHARS },
    });
  });

  it('is quick even for texts made to be slow', () => {
    const text = 'R00A00'.repeat(15);
    const startedMs = performance.now();
    for (let i = 0; i < 1000; i++) parseFirmwareVersion(text);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('a version', () => {
  it.each([
    ['EC25EUGAR08A03M4G_01.016.00.000', true],
    ['EC25EUGAR08A03M4G_01.016.01.016', false],
    ['EC25EUGAR08A03M4G', false],
  ])('%s is not one yet, because the application side has not started: %s', (text, pending) => {
    expect(isApplicationPending(version(text))).toBe(pending);
  });

  it.each(SEEN_IN_THE_FIELD)('%s is told by DIAG without its custom part', (text) => {
    expect(versionWithoutCustom(version(text))).toBe(text.split('_')[0]);
  });
});

describe('the order of versions', () => {
  it.each([
    ['EC25EUGAR06A05M4G_01.003.01.003', 'EC25EUGAR08A03M4G_01.200.01.200', 'baseline before custom'],
    ['EC25EUGAR08A03M4G', 'EC25EUGAR08A20M4G', 'release'],
    ['EM20GRAR01A04M4G', 'EM20GRAR01A04V01M4G', 'a revision after none'],
    ['RM520NGLAAR03A02M4G', 'RM520NGLAAR03A02M4GA', 'a letter variant after none'],
    ['EG25GGBR07A08M2G', 'EG25GGBR07A08M2G_30.003', 'a custom part after none'],
    ['EG25GGBR07A08M2G_9.9', 'EG25GGBR07A08M2G_30.003', 'numbers as numbers'],
    ['EG25GGBR07A08M2G_30.003', 'EG25GGBR07A08M2G_30.003.30.003', 'shorter first'],
    ['EG25GGBR07A08M2G_30.003', 'EG25GGBR07A08M2G_A0.300', 'numbers before letters'],
    ['EG25GGBR07A08M2G_BETA_20240131', 'EG25GGBR07A08M2G_OCPU_1', 'letters by text'],
  ])('%s comes before %s: %s', (older, newer) => {
    expect(compareFirmwareVersions(version(older), version(newer))).toBe(-1);
    expect(compareFirmwareVersions(version(newer), version(older))).toBe(1);
  });

  const two = fc.integer({ min: 0, max: 1 }).map((n) => String(n).padStart(2, '0'));
  const piece = fc.constantFrom('1', '01', 'A', '123456789012345678901');
  const custom = fc
    .array(fc.tuple(fc.constantFrom('.', '_'), piece), { minLength: 1, maxLength: 2 })
    .map((pieces) => pieces.flat().slice(1).join(''));
  const anyVersion: fc.Arbitrary<FirmwareVersion> = fc
    .tuple(
      fc.constantFrom('EC25E', 'EC25EU'),
      two,
      two,
      fc.option(two),
      fc.constantFrom('M1G', 'M4G'),
      fc.constantFrom('', 'A'),
      fc.option(custom),
    )
    .map(([hardware, baseline, release, revision, flash, suffix, rest]) =>
      version(
        `${hardware}R${baseline}A${release}${revision === null ? '' : `V${revision}`}${flash}${suffix}${rest === null ? '' : `_${rest}`}`,
      ),
    );
  const order = compareFirmwareVersions;

  it('tells a written V00 from none, though both are revision 0', () => {
    const [none, zero] = [version('EM20GRAR01A04M4G'), version('EM20GRAR01A04V00M4G')];
    expect([order(none, zero), order(zero, none), order(zero, zero)]).toEqual([-1, 1, 0]);
  });

  it('is antisymmetric, and equal only for the same text', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (a, b) => {
        expect(order(a, b) + order(b, a)).toBe(0);
        expect(order(a, b) === 0).toBe(a.text === b.text);
      }),
      { numRuns: 2000 },
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        const [low, middle, high] = [a, b, c].toSorted(order) as [
          FirmwareVersion,
          FirmwareVersion,
          FirmwareVersion,
        ];
        expect(order(low, middle)).toBeLessThanOrEqual(0);
        expect(order(middle, high)).toBeLessThanOrEqual(0);
        expect(order(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });
});
