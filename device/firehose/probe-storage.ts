/**
 * Whether this storage is the one the package was made for, asked before anything is erased: a package for 128 KiB
 * blocks on a chip with 256 KiB blocks fails in the middle of the erases (edl 0.8).
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import type { FirehoseLink } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';
import { readSectors } from './read.ts';
import { describeStorage, type FirehoseStorage } from './storage.ts';

/** Whether an earlier session has erased anything: what makes a modem be left alone does not leave it half written. */
export type FlashTouched = { readonly flashTouched: boolean };

/**
 * Its own description where it gives one, and a read of one page with the package's geometry, which the programmer
 * refuses when it is wrong. A page that cannot be read for another reason ends it only while nothing is erased.
 */
export async function probeStorage(
  link: FirehoseLink,
  storage: FirehoseStorage,
  { functions, flashTouched }: { readonly functions: readonly string[] } & FlashTouched,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const wanted = describeStorage(storage);
  const found = await askForDescription(link, functions, signal);
  if (!found.ok) return found;
  // How large it is only it can say: on another size calibration lies elsewhere, and the end of a disk holds the copy of
  // its table. Where pages are erased already, going on is the only way back.
  if (found.value === null && (storage.type === 'emmc' || !flashTouched))
    return err({ reason: 'storage-size-unknown', wanted });
  if (found.value !== null && !describes(found.value, storage))
    return err({ reason: 'wrong-geometry', wanted, found: JSON.stringify(found.value).slice(0, 300) });

  const onePage = rangeAttributes({ startSector: 0, sectorCount: 1 }, storage);
  const read = await readSectors(link, onePage, sectorBytesOf(storage), ignorePage, signal);
  if (read.ok || read.failure.reason !== 'programmer-refused') return read;
  const { logs } = read.failure;
  // A page that power loss tore is refused too, for its bits; the erase mends that one.
  if (!logs.some((log) => GEOMETRY_REFUSAL.test(log))) return flashTouched ? ok() : read;
  return err({ reason: 'wrong-geometry', wanted, found: logs.join(' ').slice(0, 300) });
}

/** `ERROR: Attribute 'SECTOR_SIZE_IN_BYTES'=4096 must be equal to disk sector size 2048`. */
const GEOMETRY_REFUSAL = /SECTOR_SIZE_IN_BYTES|PAGES_PER_BLOCK|must be equal/i;

async function ignorePage(): Promise<Result<void, FirehoseFailure>> {
  return ok();
}

type StorageDescription = {
  readonly total_blocks?: unknown;
  readonly block_size?: unknown;
  readonly page_size?: unknown;
  readonly mem_type?: unknown;
};

/** null where it gives none. Some programmers answer nothing at all to what they do not know. */
async function askForDescription(
  link: FirehoseLink,
  functions: readonly string[],
  signal?: AbortSignal,
): Promise<Result<StorageDescription | null, FirehoseFailure>> {
  const isListed = functions.includes('getstorageinfo');
  if (functions.length > 0 && !isListed) return ok(null);
  const described = await link.command('getstorageinfo', [['physical_partition_number', '0']], {
    timeoutMs: link.timings.replyMs,
    signal,
  });
  if (!described.ok)
    return described.failure.reason === 'firehose-silent' && !isListed ? ok(null) : described;
  const before = readStorageDescription(described.value.logs);
  if (before !== null) return ok(before);
  const after = await link.logsBehind(signal);
  return after.ok ? ok(readStorageDescription(after.value)) : after;
}

function readStorageDescription(logs: readonly string[]): StorageDescription | null {
  for (const log of logs) {
    const json = /(\{"storage_info".*\})\s*$/.exec(log)?.[1];
    if (json === undefined) continue;
    try {
      return (JSON.parse(json) as { storage_info: StorageDescription | null }).storage_info;
    } catch {
      return null;
    }
  }
  return null;
}

/** NAND programmers give the block size in pages or in bytes; either must agree. */
function describes(found: StorageDescription, storage: FirehoseStorage): boolean {
  const { mem_type: memory, block_size: block, page_size: page, total_blocks: blocks } = found;
  if (typeof memory === 'string' && memory.toLowerCase() !== storage.type) return false;
  if (storage.type !== 'nand')
    // The copy of a GPT lies at the end of a disk, so it must be exactly as large as the catalogue says.
    return block === storage.sectorBytes && blocks === storage.totalSectors;
  const { pageBytes, pagesPerBlock, totalPages } = storage;
  const blockIsRight = block === pagesPerBlock || block === pagesPerBlock * pageBytes;
  return page === pageBytes && blockIsRight && blocks === totalPages / pagesPerBlock;
}
