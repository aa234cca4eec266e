import { describe, expect, it } from 'vitest';
import { parseRawprogram } from './rawprogram.ts';
import { ERASE, failureOf, file, GUARD, PROGRAM, without } from './test-rawprogram.ts';

describe('an erase', () => {
  it.each([
    ['without its start', without('start_sector', ERASE)],
    ['without its length', without('num_partition_sectors', ERASE)],
    ['without anything', '<erase />'],
    ['for a vendor nobody knows', GUARD.replace('quectel', 'acme')],
    ['for a vendor spelt otherwise', GUARD.replace('quectel', 'Quectel')],
    ['for a vendor alone', '<erase vendor="quectel"/>'],
    ['that lacks the name of the project', without('c_project_name', GUARD)],
    ['that lacks where calibration begins', without('a_rawdata_start_sector', GUARD)],
    ['that lacks how long calibration is', without('b_rawdata_num_sector', GUARD)],
    ['that lacks the type of the project', without('d_project_type', GUARD)],
    ['with a range and a vendor, but no guard', ERASE.replace('/>', ' vendor="quectel"/>')],
  ])('%s would erase the whole chip, and is refused', (_, element) => {
    expect(failureOf(file(PROGRAM, element))).toEqual({ reason: 'erase-without-range', line: 4 });
  });

  it.each(['SECTOR_SIZE_IN_BYTES', 'PAGES_PER_BLOCK', 'physical_partition_number'])(
    'is refused without %s',
    (attribute) => {
      expect(failureOf(file(without(attribute, ERASE)))).toEqual({
        reason: 'rawprogram-attribute-missing',
        line: 3,
        attribute,
      });
    },
  );

  it.each(['', '-1', '+1', '1e3', '0x10', '1.5', ' 1', '1 ', '1234567890', 'NUM_DISK_SECTORS-33.', '&#49;'])(
    'is refused with the start %j',
    (start) => {
      expect(failureOf(file(ERASE.replace('"13952"', `"${start}"`)))).toEqual({
        reason: 'rawprogram-attribute-not-a-number',
        line: 3,
        attribute: 'start_sector',
      });
    },
  );
});

describe('a program', () => {
  it('keeps its file name as it stands: nothing in it is decoded or trimmed', () => {
    const parsed = parseRawprogram(file(PROGRAM.replace('tz.mbn', ' &lt;tz&#46;mbn ')));
    expect(parsed).toMatchObject({ ok: true, value: [{ filename: '..\\ &lt;tz&#46;mbn ' }] });
  });

  it.each(['start_sector', 'num_partition_sectors', 'filename', 'SECTOR_SIZE_IN_BYTES'])(
    'is refused without %s',
    (attribute) => {
      expect(failureOf(file(without(attribute, PROGRAM)))).toEqual({
        reason: 'rawprogram-attribute-missing',
        line: 3,
        attribute,
      });
    },
  );

  it('is refused with an empty file name', () => {
    expect(failureOf(file(PROGRAM.replace('..\\tz.mbn', '')))).toMatchObject({ attribute: 'filename' });
  });

  it('with a vendor is a program still, and that attribute is unknown', () => {
    expect(failureOf(file(PROGRAM.replace('/>', ' vendor="quectel"/>')))).toMatchObject({
      reason: 'rawprogram-unknown-attribute',
      attribute: 'vendor',
    });
  });
});

describe('the anti-misburn guard', () => {
  it('keeps the order that the file gives its attributes', () => {
    const turned =
      '<erase vendor="quectel" d_project_type="STD" c_project_name="X" b_rawdata_num_sector="1" a_rawdata_start_sector="2"/>';
    const parsed = parseRawprogram(file(turned));
    const [guard] = parsed.ok ? parsed.value : [];
    expect(guard?.kind === 'guard' && guard.attributes.map(([name]) => name)).toEqual([
      'vendor',
      'd_project_type',
      'c_project_name',
      'b_rawdata_num_sector',
      'a_rawdata_start_sector',
    ]);
  });

  it('may have more of its lettered attributes', () => {
    expect(parseRawprogram(file(GUARD.replace('vendor', 'e_project_rev="2" vendor'))).ok).toBe(true);
  });

  it.each([
    ['start_sector', GUARD.replace('vendor', 'start_sector="0" vendor')],
    ['num_partition_sectors', GUARD.replace('vendor', 'num_partition_sectors="0" vendor')],
    ['c_project_name', GUARD.replace('RG500QEA_VH', 'RG&quot;500')],
    ['c_project_name', GUARD.replace('RG500QEA_VH', ' RG500QEA_VH ')],
    ['c_project_name', GUARD.replace('RG500QEA_VH', 'x'.repeat(65))],
    ['c_project_name', GUARD.replace('RG500QEA_VH', '')],
  ])('is refused where %s could not be sent as it stands', (attribute, element) => {
    expect(failureOf(file(element))).toEqual({ reason: 'rawprogram-unknown-attribute', line: 3, attribute });
  });
});
