/**
 * The partition table at the beginning of a disk, as the boot ROM reads it (UEFI 2.10 section 5.3): a header in sector 1
 * with two checksums, entries from sector 2 on. Without a whole one the boot ROM finds nothing to start.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';

const SECTOR_BYTES = 512;
const HEADER_BYTES = 92;
const ENTRY_BYTES = 128;
const ENTRY_COUNT = 128;
export const GPT_SECTORS = 34;

/** `unpatched`: as packages bring it, with zeros where the disk's own numbers belong. */
export function buildGpt(
  partitions: readonly Partition[],
  disk: { readonly totalSectors: number; readonly as: 'whole' | 'unpatched' },
): Uint8Array {
  const gpt = Buffer.alloc(GPT_SECTORS * SECTOR_BYTES);
  gpt.writeUInt16LE(0xaa55, 510);
  const entries = gpt.subarray(2 * SECTOR_BYTES);
  for (const [index, partition] of partitions.filter(({ startSector }) => startSector > 0).entries())
    writeEntry(entries.subarray(index * ENTRY_BYTES), partition);
  const header = gpt.subarray(SECTOR_BYTES, SECTOR_BYTES + HEADER_BYTES);
  header.write('EFI PART', 0, 'latin1');
  header.writeUInt32LE(0x0001_0000, 8);
  header.writeUInt32LE(HEADER_BYTES, 12);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(BigInt(GPT_SECTORS), 40);
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(ENTRY_COUNT, 80);
  header.writeUInt32LE(ENTRY_BYTES, 84);
  if (disk.as === 'unpatched') return gpt;
  header.writeBigUInt64LE(BigInt(disk.totalSectors - 1), 32);
  header.writeBigUInt64LE(BigInt(disk.totalSectors - GPT_SECTORS), 48);
  header.writeUInt32LE(crc32(entries.subarray(0, ENTRY_COUNT * ENTRY_BYTES)), 88);
  header.writeUInt32LE(crc32(header), 16);
  return gpt;
}

function writeEntry(entry: Buffer, { name, startSector, sectorCount }: Partition): void {
  createHash('sha256').update(name).digest().copy(entry, 0, 0, 32);
  entry.writeBigUInt64LE(BigInt(startSector), 32);
  entry.writeBigUInt64LE(BigInt(startSector + sectorCount - 1), 40);
  entry.write(name, 56, 'utf16le');
}

/** Where the table puts each partition, by name; undefined where it is not whole. */
export function readGpt(nand: Nand): ReadonlyMap<string, { readonly startSector: number }> | undefined {
  const bytes = Buffer.alloc(GPT_SECTORS * SECTOR_BYTES);
  for (let sector = 0; sector < GPT_SECTORS; sector++) nand.readPage(sector, bytes, sector * SECTOR_BYTES);
  const header = bytes.subarray(SECTOR_BYTES, SECTOR_BYTES + HEADER_BYTES);
  const entries = bytes.subarray(2 * SECTOR_BYTES, 2 * SECTOR_BYTES + ENTRY_COUNT * ENTRY_BYTES);
  const blanked = Buffer.from(header).fill(0, 16, 20);
  const isWhole =
    header.toString('latin1', 0, 8) === 'EFI PART' &&
    header.readUInt32LE(16) === crc32(blanked) &&
    header.readUInt32LE(88) === crc32(entries) &&
    header.readBigUInt64LE(32) === BigInt(nand.pageCount - 1);
  if (!isWhole) return undefined;
  const places = new Map<string, { startSector: number }>();
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const startSector = Number(entries.readBigUInt64LE(at + 32));
    const name = entries.toString('utf16le', at + 56, at + ENTRY_BYTES).replace(/\0.*$/su, '');
    if (startSector > 0) places.set(name, { startSector });
  }
  return places;
}
