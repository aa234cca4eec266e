import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDiskPatches } from './disk-patches.ts';
import { PATCHES_MAX, RAWPROGRAM_MAX_BYTES } from './limits.ts';

const DISK = { totalSectors: 1000 };

const ATTRIBUTES: Readonly<Record<string, string>> = {
  SECTOR_SIZE_IN_BYTES: '512',
  byte_offset: '88',
  filename: 'DISK',
  physical_partition_number: '0',
  size_in_bytes: '4',
  start_sector: '1',
  value: 'CRC32(2,16384)',
  what: "Update Primary Header with CRC of 'entries'.",
};
const element = (changes: Readonly<Record<string, string | null>> = {}) => {
  const attributes = Object.entries({ ...ATTRIBUTES, ...changes }).filter(([, value]) => value !== null);
  return `<patch ${attributes.map(([name, value]) => `${name}="${value}"`).join(' ')}/>`;
};
const read = (...elements: readonly string[]) =>
  parseDiskPatches(
    `<?xml version="1.0"?>\n<patches>\n${elements.join('\n')}\n</patches>`,
    'patch0.xml',
    DISK,
  );

describe('patches of a disk', () => {
  it('are read verbatim and in order, without the words for people, each with its line', () => {
    const patches = read(
      element(),
      element({ start_sector: 'NUM_DISK_SECTORS-1.', value: 'NUM_DISK_SECTORS-34.' }),
    );
    if (!patches.ok) throw new Error(patches.failure.why);
    expect(patches.value).toMatchObject([
      { file: 'patch0.xml', line: 3, startSector: 1, byteOffset: 88, sizeBytes: 4 },
      { line: 4, startSector: 999 },
    ]);
    expect(patches.value[1]?.attributes).toEqual([
      ['SECTOR_SIZE_IN_BYTES', '512'],
      ['byte_offset', '88'],
      ['filename', 'DISK'],
      ['physical_partition_number', '0'],
      ['size_in_bytes', '4'],
      ['start_sector', 'NUM_DISK_SECTORS-1.'],
      ['value', 'NUM_DISK_SECTORS-34.'],
    ]);
  });

  it('are not those of files, whatever they say: nobody sends them', () => {
    expect(read(element({ filename: 'gpt_main0.bin', start_sector: 'anywhere' }))).toEqual({
      ok: true,
      value: [],
    });
  });

  it.each([
    ['another element', '<erase filename="DISK"/>'],
    ['another attribute', element({ surprise: '1' })],
    ['no place', element({ start_sector: null })],
    ['a place before the disk', element({ start_sector: 'NUM_DISK_SECTORS-1001.' })],
    ['a place that is computed', element({ start_sector: 'CRC32(1,2)' })],
    ['no offset', element({ byte_offset: null })],
    ['a field of three bytes', element({ size_in_bytes: '3' })],
    ['a field over the end of its sector', element({ byte_offset: '510' })],
    ['a value nobody knows', element({ value: 'CRC32(2,16384)+1' })],
    ['no value', element({ value: null })],
  ])('are refused, with file and line, where there is %s', (_, spoilt) => {
    expect(read(element(), spoilt)).toMatchObject({
      ok: false,
      failure: { reason: 'patch-file-invalid', file: 'patch0.xml', line: 4 },
    });
  });

  it.each([
    ['too many', Array.from({ length: PATCHES_MAX + 1 }, () => element()).join('\n')],
    ['too long', ' '.repeat(RAWPROGRAM_MAX_BYTES)],
    ['entities', '<!ENTITY a "b">'],
    ['no XML', '<patch'],
  ])('are refused where they are %s', (_, body) => {
    expect(read(body)).toMatchObject({ ok: false, failure: { reason: 'patch-file-invalid' } });
  });

  it('are read or refused, whatever the text is, and never throw', () => {
    const noise = fc.array(
      fc.constantFrom('<patch', ' ', '/>', '</patches>', 'filename="DISK"', '"', '\n', '&', 'x'),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(noise, (pieces) => {
        expect(typeof read(pieces.join('')).ok).toBe('boolean');
      }),
    );
  });
});
