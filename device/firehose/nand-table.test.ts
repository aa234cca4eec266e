import { describe, expect, it } from 'vitest';
import { readNandTable } from './nand-table.ts';
import { commandsOf, NAK, programmer, RAW, RAW_END, STORAGE } from './scripted-programmer.ts';

const BLANK = new Uint8Array(4 * STORAGE.pageBytes).fill(0xee);

/** A table on the second page, as the boot loader keeps it. */
function pagesWith(...partitions: readonly (readonly [name: string, startBlock: number, blocks: number])[]) {
  const bytes = new Uint8Array(4 * STORAGE.pageBytes);
  const table = new DataView(bytes.buffer, STORAGE.pageBytes);
  bytes.set([0xaa, 0x73, 0xee, 0x55, 0xdb, 0xbd, 0x5e, 0xe3], STORAGE.pageBytes);
  table.setUint32(12, partitions.length, true);
  partitions.forEach(([name, startBlock, blocks], i) => {
    bytes.set(new TextEncoder().encode(`0:${name}`), STORAGE.pageBytes + 16 + 28 * i);
    table.setUint32(16 + 28 * i + 16, startBlock, true);
    table.setUint32(16 + 28 * i + 20, blocks, true);
  });
  return bytes;
}
const TABLE = pagesWith(['SBL', 0, 10], ['EFS2', 20, 136]);
const EFS2 = { name: 'EFS2', startSector: 1280, sectorCount: 8704 };

const readFrom = async (pagesAt: Readonly<Record<number, Uint8Array | 'refused'>>) => {
  const { link, pipe } = programmer({
    read: (xml) => {
      const pages = pagesAt[Number(/start_sector="(\d+)"/.exec(xml)?.[1])] ?? BLANK;
      return pages === 'refused' ? [NAK] : [RAW, pages, RAW_END];
    },
  });
  const table = await readNandTable(link, STORAGE);
  return { table, starts: commandsOf(pipe).map((read) => /start_sector="(\d+)"/.exec(read)?.[1]) };
};

describe("a NAND modem's own table", () => {
  it.each([
    ['where most have it', { 640: TABLE }, ['640']],
    ['further on', { 1024: TABLE }, ['640', '1024']],
    ['behind a page that is not read', { 640: 'refused', 2048: TABLE }, ['640', '1024', '2048']],
    ['behind a table of something else', { 640: pagesWith(['SBL', 0, 10]), 1024: TABLE }, ['640', '1024']],
  ] as const)('is found %s', async (_, pagesAt, starts) => {
    const found = await readFrom(pagesAt);
    expect(found.table).toMatchObject({ ok: true, value: expect.arrayContaining([EFS2]) });
    expect(found.starts).toEqual(starts);
  });

  it.each([
    ['every page is blank', {}],
    ['no page is read', { 640: 'refused', 1024: 'refused', 2048: 'refused' }],
    ['what is there names no calibration', { 640: pagesWith(['SBL', 0, 10]) }],
  ] as const)('is none where %s', async (_, pagesAt) => {
    expect((await readFrom(pagesAt)).table).toEqual({ ok: true, value: null });
  });

  it('ends it where the programmer falls silent', async () => {
    const { link } = programmer({ read: [] });
    expect(await readNandTable(link, STORAGE)).toMatchObject({ failure: { reason: 'firehose-silent' } });
  });
});
