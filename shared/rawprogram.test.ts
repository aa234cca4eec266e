import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RAWPROGRAM_MAX_ATTRIBUTES, RAWPROGRAM_MAX_BYTES, RAWPROGRAM_MAX_COMMANDS } from './limits.ts';
import { parseRawprogram } from './rawprogram.ts';
import { ERASE, failureOf, file, GUARD, PROGRAM } from './test-rawprogram.ts';

describe('a rawprogram file', () => {
  it('is read in the order of the file, each command with its line', () => {
    expect(parseRawprogram(file('<!--NOTE: generated-->', PROGRAM, '', ERASE, GUARD))).toEqual({
      ok: true,
      value: [
        {
          kind: 'program',
          line: 4,
          filename: '..\\tz.mbn',
          startSector: 13_184,
          sectorCount: 768,
          sectorBytes: 2048,
          pagesPerBlock: 64,
          physicalPartition: 0,
        },
        {
          kind: 'erase',
          line: 6,
          startSector: 13_952,
          sectorCount: 576,
          sectorBytes: 2048,
          pagesPerBlock: 64,
          physicalPartition: 0,
        },
        {
          kind: 'guard',
          line: 7,
          attributes: [
            ['a_rawdata_start_sector', '12544'],
            ['b_rawdata_num_sector', '640'],
            ['c_project_name', 'RG500QEA_VH'],
            ['d_project_type', 'STD'],
            ['vendor', 'quectel'],
          ],
        },
      ],
    });
  });

  it.each([
    ['with a byte order mark', `\ufeff${file(ERASE)}`],
    ['on one line', `<data>${ERASE}</data>`],
    ['with closing tags', `<data>${ERASE.replace('/>', '></erase>')}</data>`],
    ['with single quotes', `<data>${ERASE.replaceAll('"', "'")}</data>`],
    [
      'with what newer files add',
      `<data>${ERASE.replace('/>', ' last_sector="14527" start_byte_hex="0x1b40000" label="RPM"/>')}</data>`,
    ],
    [
      'with what says that nothing is special',
      `<data>${ERASE.replace('/>', ' sparse="false" file_sector_offset="0"/>')}</data>`,
    ],
  ])('is read %s', (_, xml) => {
    expect(parseRawprogram(xml)).toMatchObject({
      ok: true,
      value: [{ kind: 'erase', startSector: 13_952, sectorCount: 576 }],
    });
  });

  it.each([
    ['nothing', ''],
    ['blanks', '  \r\n'],
    ['what is cut off', file(ERASE).slice(0, -20)],
    ['another language', '{"data": []}'],
    ['an attribute without a value', file(ERASE.replace('/>', ' sparse/>'))],
    ['an attribute that stands twice', file(ERASE.replace('/>', ' start_sector="0"/>'))],
    ['two documents in one', file(ERASE) + file(ERASE)],
    ['an attribute named __proto__', file(ERASE.replace('/>', ' __proto__="0"/>'))],
    ['a last sector behind its range', file(ERASE.replace('/>', ' last_sector="14528"/>'))],
    ['a last sector that is no number', file(ERASE.replace('/>', ' last_sector="end"/>'))],
    ['a first byte elsewhere', file(ERASE.replace('/>', ' start_byte_hex="0x1b3f000"/>'))],
    ['a first byte that is no number', file(ERASE.replace('/>', ' start_byte_hex="28573696"/>'))],
    ['an image in Android sparse format', file(PROGRAM.replace('/>', ' sparse="true"/>'))],
    ['an image that begins within its file', file(PROGRAM.replace('/>', ' file_sector_offset="8"/>'))],
    [
      'more attributes than any element has',
      file(
        ERASE.replace(
          '/>',
          `${Array.from({ length: RAWPROGRAM_MAX_ATTRIBUTES }, (_, i) => ` x${i}="0"`).join('')}/>`,
        ),
      ),
    ],
  ])('is malformed with %s', (_, xml) => {
    expect(failureOf(xml)?.reason).toBe('rawprogram-malformed');
  });

  it.each([
    ['<!DOCTYPE data [<!ENTITY start "0">]>'],
    ['<!doctype data SYSTEM "file:///etc/passwd">'],
    ['<!ENTITY start "0">'],
  ])('never expands entities: %s', (declaration) => {
    expect(failureOf(`${declaration}${file(ERASE)}`)?.reason).toBe('rawprogram-malformed');
  });

  it.each([
    ['zeroout', file(ERASE, '<zeroout start_sector="0"/>')],
    ['patch', file(ERASE, '<patch/>')],
    ['ERASE', file(ERASE, ERASE.replace('erase', 'ERASE'))],
    ['#text', file(ERASE, 'erase all')],
    ['#text', file(ERASE, '<![CDATA[erase all]]>')],
    ['?flash', file(ERASE, '<?flash now?>')],
    ['patches', '<patches><patch/></patches>'],
    ['foo', `${file(ERASE)}<foo/>`],
    ['erase', file(PROGRAM.replace('/>', `>${ERASE}</program>`))],
  ])('is refused with the element %s in a place where it is not known', (element, xml) => {
    expect(failureOf(xml)).toMatchObject({ reason: 'rawprogram-unknown-element', element });
  });

  it('says on which line the unknown element stands', () => {
    expect(failureOf(file(ERASE, PROGRAM, '<zeroout/>'))).toMatchObject({ line: 5 });
  });

  it.each([
    ['erase_all', file(ERASE.replace('/>', ' erase_all="1"/>'))],
    ['value', file(PROGRAM.replace('/>', ' value="reset"/>'))],
    ['version', file(ERASE).replace('<data>', '<data version="2">')],
  ])('is refused with the attribute %s, which is not known', (attribute, xml) => {
    expect(failureOf(xml)).toMatchObject({ reason: 'rawprogram-unknown-attribute', attribute });
  });

  it.each(['<data></data>', '<data/>', '<data>\r\n  <!-- nothing -->\r\n</data>'])(
    'is empty as %j',
    (xml) => {
      expect(failureOf(xml)).toEqual({ reason: 'rawprogram-empty' });
    },
  );

  it('is refused before it is read when it is too large, counted in bytes', () => {
    const xml = file(`<!--${'ä'.repeat(RAWPROGRAM_MAX_BYTES / 2)}-->`, ERASE);
    expect(failureOf(xml)).toEqual({
      reason: 'rawprogram-too-large',
      bytes: new TextEncoder().encode(xml).length,
      maxBytes: RAWPROGRAM_MAX_BYTES,
    });
  });

  it('is refused with more commands than any package has', () => {
    const commands = Array.from({ length: RAWPROGRAM_MAX_COMMANDS + 1 }, () => ERASE);
    expect(parseRawprogram(file(...commands.slice(1))).ok).toBe(true);
    expect(failureOf(file(...commands))).toEqual({
      reason: 'rawprogram-too-many-commands',
      maxCommands: RAWPROGRAM_MAX_COMMANDS,
    });
  });

  it('is answered with commands or a failure whatever it holds, never with an exception', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      '&lt;',
      '<data>',
      '</data>',
      '<erase ',
      ERASE,
      PROGRAM,
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<__proto__/>',
      ' hasOwnProperty="1"',
      ' a="b"',
      '\0',
      '\ud800',
      ' ',
      '=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(typeof parseRawprogram(pieces.join('')).ok).toBe('boolean');
        expect(typeof parseRawprogram(file(pieces.join(''))).ok).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });
});
