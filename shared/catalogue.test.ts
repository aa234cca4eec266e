import { describe, expect, it } from 'vitest';
import { knownEdgeSchema, modelEntrySchema, versionMatchSchema } from './catalogue.ts';
import { STORAGE_MAX_PAGES } from './limits.ts';
import { modelEntry, withUnknownFields } from './test-documents.ts';

const full = modelEntry({
  edges: [
    {
      from: { baseline: 6, minRelease: 1, maxRelease: 9, customLine: '01' },
      to: { baseline: 8 },
      verdict: 'allowed',
      why: 'the maker says so',
      source: 'field 2e',
    },
  ],
  knownIssues: [{ versions: { baseline: 6 }, what: 'w', workaround: 'w', source: 's' }],
});

describe('a catalogue entry', () => {
  it('is read as it was written', () => {
    expect(modelEntrySchema.parse(full)).toEqual(full);
  });

  it.each(withUnknownFields(full))('is refused with an unknown field at $at', ({ document }) => {
    const read = modelEntrySchema.safeParse(document);
    expect(read.error?.issues.map((issue) => issue.code)).toEqual(['unrecognized_keys']);
  });

  it.each(Object.keys(full))('is refused without %s', (field) => {
    expect(modelEntrySchema.safeParse({ ...full, [field]: undefined }).success).toBe(false);
  });

  const storage = full.storage;
  it.each([
    ['another format', { format: 'cistern-model/2' }],
    ['a model id that is none', { model: 'EC25' }],
    ['no protected range: nothing is known to be safe', { protectedRanges: [] }],
    ['a protected range of no pages', { protectedRanges: [{ name: 'x', startSector: 0, sectorCount: 0 }] }],
    [
      'a protected range that begins before the flash',
      {
        protectedRanges: [{ name: 'x', startSector: -1, sectorCount: 1 }],
      },
    ],
    ['half a page', { storage: { ...storage, totalPages: 1.5 } }],
    ['pages of 512 bytes', { storage: { ...storage, pageBytes: 512 } }],
    ['blocks of 32 pages', { storage: { ...storage, pagesPerBlock: 32 } }],
    ['more pages than any flash', { storage: { ...storage, totalPages: STORAGE_MAX_PAGES + 1 } }],
    ['eMMC', { storage: { ...storage, type: 'emmc' } }],
    ['another way to flash', { flashMethod: 'fastboot' }],
    ['a USB id in capitals', { usb: { ...full.usb, normal: ['2C7C:0125'] } }],
    ['no source', { sources: [] }],
  ])('is refused with %s', (_, changes) => {
    expect(modelEntrySchema.safeParse({ ...full, ...changes }).success).toBe(false);
  });
});

describe('what a model says of itself in EDL', () => {
  it.each([
    { msmIds: ['000480e1'] },
    { oemKeyHashes: ['ab'.repeat(32)] },
    { msmIds: ['000480e1', '0004a0e1'], oemKeyHashes: ['ab'.repeat(48)] },
  ])('may be %j', (edlHardware) => {
    expect(modelEntrySchema.parse({ ...full, edlHardware })).toEqual({ ...full, edlHardware });
  });

  it.each([
    {},
    { msmIds: [] },
    { msmIds: ['000480E1'] },
    { msmIds: ['0x000480e1'] },
    { msmIds: ['480e1'] },
    { oemKeyHashes: ['ab'.repeat(20)] },
    { msmIds: ['000480e1'], serial: '1' },
  ])('is refused as %j, which would be compared with nothing or by mistake', (edlHardware) => {
    expect(modelEntrySchema.safeParse({ ...full, edlHardware }).success).toBe(false);
  });
});

describe('a rule about versions', () => {
  it.each([
    {},
    { minRelease: 3, maxRelease: 3 },
    { minRelease: 99 },
    { maxRelease: 0 },
    { customLine: 'A0' },
  ])('may be %j', (match) => {
    expect(versionMatchSchema.parse(match)).toEqual(match);
  });

  it.each([
    { baseline: 100 },
    { baseline: -1 },
    { minRelease: 1.5 },
    { minRelease: 9, maxRelease: 3 },
    { customLine: '01.200' },
    { customLine: '' },
    { release: 3 },
  ])('is refused as %j, which would match no version or be passed over', (match) => {
    expect(versionMatchSchema.safeParse(match).success).toBe(false);
  });

  it('is refused without a reason and a source', () => {
    const edge = { from: {}, to: {}, verdict: 'forbidden', why: 'w', source: 's' };
    expect(knownEdgeSchema.safeParse(edge).success).toBe(true);
    for (const field of ['why', 'source']) {
      expect(knownEdgeSchema.safeParse({ ...edge, [field]: '' }).success).toBe(false);
    }
  });
});
