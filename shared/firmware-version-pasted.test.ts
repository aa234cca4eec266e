import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPasted } from './firmware-version-pasted.ts';
import { PASTED_MAX_CHARS } from './limits.ts';
import { NEW } from './test-documents.ts';

const SHORT = 'EC25EUGAR08A03M4G';

describe('a version is found in', () => {
  it.each([
    ['the version alone', NEW, NEW],
    ['an answer of AT+QGMR', `AT+QGMR\r\r\n${NEW}\r\n\r\nOK\r\n`, NEW],
    ['an answer of ATI', `ATI\r\r\nQuectel\r\nEC25\r\nRevision: ${SHORT}\r\n\r\nOK\r\n`, SHORT],
    ['ATI and AT+QGMR together', `Revision: ${SHORT}\r\nOK\r\nAT+QGMR\r\n${NEW}\r\nOK`, NEW],
    ['half and whole custom number', `${SHORT}_01.200 and ${NEW}`, NEW],
    ['an answer before and after the start', `${SHORT}_01.200.00.000\r\n${NEW}`, NEW],
    ["a router's JSON", `{\n\t"firmware": "${NEW}",\n\t"model": "EC25"\n}`, NEW],
    ['an answer of gsmctl -y', `root@Teltonika:~# gsmctl -y\r\n${NEW}\r\n`, NEW],
    ["a router's line", `Firmware version: ${NEW}\n`, NEW],
    ['the name of a zip', `${NEW}.zip`, NEW],
    ['a path of Windows', `C:\\Users\\me\\Downloads\\${NEW} (1).zip`, NEW],
    ['a path', `/tmp/fw/${NEW}.tar.gz`, NEW],
    ['a name with a word before it', `Quectel_${NEW}.7z`, NEW],
    ['a name with what it is for', `${NEW}-update.zip`, NEW],
    ['a beta, which is another firmware', `${SHORT}_BETA_20240131.zip`, `${SHORT}_BETA_20240131`],
    ['small letters', `${SHORT.toLowerCase()}_01.200.01.200`, NEW],
    ['small letters with an ending', `${NEW.toLowerCase()}.zip`, NEW],
    ['a version with spaces around the line', `${SHORT} _ 01.200.01.200`, NEW],
    ['a version that was broken into two lines', `${SHORT}_\r\n01.200.01.200`, NEW],
    ['a version whose line was lost', `${SHORT} 01.200.01.200`, NEW],
    ['marks that cannot be seen', `\ufeff\u200b${SHORT}\u200b_01.200.01.200\u00a0`, NEW],
    ['colours of a terminal', `\u001b[32m${NEW}\u001b[0m`, NEW],
    ['a sentence', `My modem says "${NEW}". Is that new?`, NEW],
    ['a letter variant', 'Revision: RM520NGLAAR03A02M4GA', 'RM520NGLAAR03A02M4GA'],
    ['another scheme', 'RG520NEBDCR03A05M4G_A0.300.A0.300.zip', 'RG520NEBDCR03A05M4G_A0.300.A0.300'],
  ])('%s', (_, pasted, text) => {
    expect(readPasted(pasted)).toMatchObject({ ok: true, value: { kind: 'version', version: { text } } });
  });

  it('an answer that was asked too early, which is told as it is', () => {
    expect(readPasted(`${SHORT}\r\n${SHORT}_01.016.00.000`)).toMatchObject({
      value: { kind: 'version', version: { custom: '01.016.00.000' } },
    });
  });
});

describe('what is not one version', () => {
  it('is two versions, of which none is chosen', () => {
    const other = 'EC25EUGAR08A04M4G_01.200.01.200';
    expect(readPasted(`from ${NEW} to ${other}`)).toEqual({
      ok: false,
      failure: { reason: 'several-versions', versions: [NEW, other] },
    });
  });

  it.each([
    ['EC20CEFA-512-STD', 'EC20CEFA', 'M4G'],
    ['Quectel EP06ELA-512-SGA\nIMEI on the back', 'EP06ELA', 'M4G'],
    ['ec25euxga-128-sgns', 'EC25EUXGA', 'M1G'],
    ['EG25GGB-256-SGNS', 'EG25GGB', 'M2G'],
    ['EC25EFA-999-STD', 'EC25EFA', null],
  ])('is the label %s', (pasted, hardware, flash) => {
    expect(readPasted(pasted)).toMatchObject({ value: { kind: 'order-code', hardware, flash } });
  });

  it.each([
    ['Quectel\r\nEC25\r\nOK', ['EC25']],
    ['RM502Q-AE', ['RM502Q-AE']],
    ['Sierra Wireless EM7455', ['EM7455']],
    ['em7455 em7455', ['EM7455']],
    [
      'Manufacturer: SIMCOM INCORPORATED\r\nModel: SIMCOM_SIM7600E-H\r\nRevision: SIM7600M22_V2.0\r\nOK',
      ['SIM7600E-H', 'SIM7600M22'],
    ],
    ['+CGMR: LE20B04SIM7600G22', ['SIM7600G22']],
    ['LE20B05SIM7600G22_240325.7z', ['SIM7600G22']],
    ['EC200UEUAAR03A02M08_01.001.01.001', ['EC200UEUAAR03A02M08']],
    ['EC200AEUHAR01A10M16_01.001.01.001.zip', ['EC200AEUHAR01A10M16']],
    ['EC200AEUHAR01A10M16.zip', ['EC200AEUHAR01A10M16']],
    ['EG915QEUABR01A02M04_01.200.01.200', ['EG915QEUABR01A02M04']],
    ['BG95M3LAR02A04_01.006.01.006', ['BG95M3LAR02A04']],
    ['root@Teltonika:~# gsmctl -y\r\nSLM750_4.0.6_EQ101\r\n', ['SLM750', 'EQ101']],
  ])('is a name: %j', (pasted, names) => {
    expect(readPasted(pasted)).toEqual({ ok: true, value: { kind: 'names', names } });
  });

  it.each(['', ' \r\n', 'latest', 'OK', '???', '---', 'ЕС25', '2024'])('is nothing: %j', (pasted) => {
    expect(readPasted(pasted)).toEqual({ ok: false, failure: { reason: 'nothing-pasted' } });
  });

  it('is a text that is too long, which is not read', () => {
    const text = `${NEW}\n`.padEnd(PASTED_MAX_CHARS, ' ');
    expect(readPasted(text).ok).toBe(true);
    expect(readPasted(`${text} `)).toMatchObject({ ok: false, failure: { reason: 'pasted-too-long' } });
  });
});

describe('whatever is pasted', () => {
  it('has an end, and one of the four', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const read = readPasted(text);
        expect(read.ok || ['several-versions', 'nothing-pasted'].includes(read.failure.reason)).toBe(true);
      }),
    );
  });

  const digits = (width: number) =>
    fc.integer({ min: 1, max: 10 ** width - 1 }).map((n) => String(n).padStart(width, '0'));
  const anyVersion = fc
    .tuple(
      fc.constantFrom('EC25EUGA', 'RM520NGLAA', 'EG25GGB', 'EM20GRA', 'RM551EGL00AA'),
      digits(2),
      digits(2),
      fc.constantFrom('M1G', 'M2G', 'M4G'),
      fc.constantFrom('01', '12', '20', 'A0'),
      digits(3),
    )
    .map(
      ([hardware, baseline, release, flash, line, number]) =>
        `${hardware}R${baseline}A${release}${flash}_${line}.${number}.${line}.${number}`,
    );
  const around = fc.constantFrom(
    '',
    ' ',
    '\r\n',
    'AT+QGMR\r\r\n',
    '"',
    '/tmp/',
    'Revision: ',
    '\t\t',
    '(',
    '> ',
  );
  const behind = fc.constantFrom('', ' ', '\r\n\r\nOK\r\n', '"', '.zip', '.', ' (2).zip', ',', '\n\n', ')');

  it('a version in it is found, whatever stands around', () => {
    fc.assert(
      fc.property(anyVersion, around, behind, fc.boolean(), (text, before, after, isSmall) => {
        const pasted = `${before}${isSmall ? text.toLowerCase() : text}${after}`;
        expect(readPasted(pasted)).toMatchObject({ value: { kind: 'version', version: { text } } });
      }),
      { numRuns: 500 },
    );
  });
});
