/**
 * The partition table that a NAND package brings along (`partition_complete_*.mbn`, edl 1d): names for the plan that
 * is shown to people, and a witness: where it places calibration elsewhere than the catalogue, the package is for
 * another module.
 *
 * The system partition table begins with a magic, a version and a count, then 28 bytes an entry: name[16] with a `0:`
 * before it, first block and number of blocks as little-endian u32, attributes.
 */
import type { ProtectedRange } from './catalogue.ts';
import type { NandStorage } from './storage.ts';

/** On NAND it stands on the second page, well within this; on a disk it takes the first 34 sectors of 512 bytes. */
export const PARTITION_TABLE_HEAD_BYTES = 20 * 1024;
const PARTITIONS_MAX = 64;
const MAGIC = Uint8Array.of(0xaa, 0x73, 0xee, 0x55, 0xdb, 0xbd, 0x5e, 0xe3);
const HEADER_BYTES = 16;
const ENTRY_BYTES = 28;
const NAME_BYTES = 16;
/** As many blocks as are left. */
const TO_THE_END = 0xffffffff;

export type NamedRange = {
  readonly name: string;
  readonly startSector: number;
  readonly sectorCount: number;
};

/** The partitions in pages; null where these bytes hold no such table. */
export function parsePartitionTable(
  head: Uint8Array,
  { pagesPerBlock, totalPages }: Pick<NandStorage, 'pagesPerBlock' | 'totalPages'>,
): readonly NamedRange[] | null {
  const start = indexOf(head, MAGIC);
  if (start === -1 || start + HEADER_BYTES > head.length) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const count = view.getUint32(start + 12, true);
  const first = start + HEADER_BYTES;
  if (count === 0 || count > PARTITIONS_MAX || first + count * ENTRY_BYTES > head.length) return null;
  const ranges: NamedRange[] = [];
  for (let at = first; ranges.length < count; at += ENTRY_BYTES) {
    const name = nameOf(head.subarray(at, at + NAME_BYTES));
    if (name === null) return null;
    const startSector = view.getUint32(at + NAME_BYTES, true) * pagesPerBlock;
    const blocks = view.getUint32(at + NAME_BYTES + 4, true);
    const sectorCount = blocks === TO_THE_END ? totalPages - startSector : blocks * pagesPerBlock;
    if (sectorCount < 0 || startSector + sectorCount > totalPages) return null;
    ranges.push({ name, startSector, sectorCount });
  }
  return ranges;
}

/** The partition that a page lies in; null where the table names none, or there is no table. */
export function partitionAt(partitions: readonly NamedRange[] | null, sector: number): string | null {
  const found = partitions?.find(
    ({ startSector, sectorCount }) => startSector <= sector && sector < startSector + sectorCount,
  );
  return found?.name ?? null;
}

/** A protected range that the package's own table places elsewhere than the catalogue does; null where none. */
export function findMovedRange(
  partitions: readonly NamedRange[],
  protectedRanges: readonly ProtectedRange[],
): { readonly wanted: ProtectedRange; readonly found: NamedRange } | null {
  for (const wanted of protectedRanges) {
    const found = partitions.find(({ name }) => name === wanted.name);
    if (found === undefined) continue;
    if (found.startSector !== wanted.startSector || found.sectorCount !== wanted.sectorCount)
      return { wanted, found };
  }
  return null;
}

function nameOf(bytes: Uint8Array): string | null {
  const end = bytes.indexOf(0);
  const text = String.fromCharCode(...bytes.subarray(0, end === -1 ? bytes.length : end));
  return /^0:([A-Za-z0-9_.-]{1,14})$/.exec(text)?.[1] ?? null;
}

function indexOf(haystack: Uint8Array, needle: Uint8Array): number {
  const [firstByte = 0] = needle;
  for (let at = haystack.indexOf(firstByte); at !== -1; at = haystack.indexOf(firstByte, at + 1)) {
    if (needle.every((byte, i) => haystack[at + i] === byte)) return at;
  }
  return -1;
}
