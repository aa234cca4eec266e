/**
 * The partition table of a disk (GUID Partition Table, UEFI 2.10 section 5.3): a header in sector 1, entries from
 * sector 2 on. Read from a package it says where that package believes calibration to be; read from a modem, where it is.
 */
import { crc32 } from './crc32.ts';
import type { NamedRange } from './partition-table.ts';

const SECTOR_BYTES = 512;
const SIGNATURE = Uint8Array.from('EFI PART', (letter) => letter.charCodeAt(0));
const HEADER_BYTES = 92;
const ENTRY_BYTES = 128;
const ENTRIES_MAX = 128;
const NAME_AT = 56;

export type Gpt = {
  readonly partitions: readonly NamedRange[];
  /** Whether both of its checksums hold. Packages bring tables whose checksums are patched in on the disk. */
  readonly isIntact: boolean;
};

/** The table at the beginning of a disk, from its first sectors; null where there is none. Cut entries are no entries. */
export function parseGpt(head: Uint8Array): Gpt | null {
  if (head.length < SECTOR_BYTES + HEADER_BYTES) return null;
  const header = head.subarray(SECTOR_BYTES, SECTOR_BYTES + HEADER_BYTES);
  if (!SIGNATURE.every((byte, i) => header[i] === byte)) return null;
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const headerBytes = view.getUint32(12, true);
  const entryCount = view.getUint32(80, true);
  const entryBytes = view.getUint32(84, true);
  const entriesSector = view.getBigUint64(72, true);
  if (headerBytes !== HEADER_BYTES || entryBytes !== ENTRY_BYTES) return null;
  if (entryCount === 0 || entryCount > ENTRIES_MAX || entriesSector !== 2n) return null;
  const first = 2 * SECTOR_BYTES;
  const entries = head.subarray(first, first + entryCount * ENTRY_BYTES);
  const partitions: NamedRange[] = [];
  for (let at = 0; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
    const range = readEntry(entries.subarray(at, at + ENTRY_BYTES));
    if (range === 'contradicts-itself') return null;
    if (range !== null) partitions.push(range);
  }
  const blanked = Uint8Array.from(header).fill(0, 16, 20);
  const isIntact =
    entries.length === entryCount * ENTRY_BYTES &&
    crc32(blanked) === view.getUint32(16, true) &&
    crc32(entries) === view.getUint32(88, true);
  return { partitions, isIntact };
}

/** null: an unused one, whose type is zeros. */
function readEntry(entry: Uint8Array): NamedRange | 'contradicts-itself' | null {
  if (entry.subarray(0, 16).every((byte) => byte === 0)) return null;
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
  const first = view.getBigUint64(32, true);
  const last = view.getBigUint64(40, true);
  if (last < first || last > BigInt(Number.MAX_SAFE_INTEGER)) return 'contradicts-itself';
  const units = Array.from({ length: (ENTRY_BYTES - NAME_AT) / 2 }, (_, i) =>
    view.getUint16(NAME_AT + 2 * i, true),
  );
  const end = units.indexOf(0);
  const name = String.fromCharCode(...units.slice(0, end === -1 ? units.length : end));
  // Shown to people, so letters that terminals obey are not let through.
  if (!/^[\x20-\x7e]*$/.test(name)) return 'contradicts-itself';
  return { name, startSector: Number(first), sectorCount: Number(last - first) + 1 };
}
