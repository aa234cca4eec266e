/**
 * The flash of a module as the catalogue and release manifests state it. NAND has pages and erase blocks; eMMC has
 * sectors and hides its blocks, so that new content needs no erase (edl 1c, 1d). A `start_sector` counts either.
 */
import * as z from 'zod';
import { GPT_SECTORS, STORAGE_MAX_PAGES } from './limits.ts';

/** Page and block sizes in bytes and pages (edl 1d). The boot partition begins with page 0. */
export const nandStorageSchema = z.strictObject({
  type: z.literal('nand'),
  pageBytes: z.union([z.literal(2048), z.literal(4096)]),
  pagesPerBlock: z.literal(64),
  totalPages: z.int().positive().max(STORAGE_MAX_PAGES),
});
export type NandStorage = z.infer<typeof nandStorageSchema>;

export const emmcStorageSchema = z.strictObject({
  type: z.literal('emmc'),
  sectorBytes: z.literal(512),
  /** Of the user area, exactly: the second copy of its partition table is counted from its end. */
  totalSectors: z.int().positive().max(STORAGE_MAX_PAGES),
  /** First sector of the partition that the boot ROM starts from; without it the module waits in EDL. */
  bootStartSector: z.int().min(GPT_SECTORS).max(STORAGE_MAX_PAGES),
});
export type EmmcStorage = z.infer<typeof emmcStorageSchema>;

export const storageGeometrySchema = z.discriminatedUnion('type', [nandStorageSchema, emmcStorageSchema]);
export type StorageGeometry = z.infer<typeof storageGeometrySchema>;

/** The method that goes with each kind of storage; a statement that names another pair is refused. */
export const METHOD_OF_STORAGE = { nand: 'firehose-nand', emmc: 'firehose-emmc' } as const;
export const firehoseMethodSchema = z.enum(['firehose-nand', 'firehose-emmc']);

/** What sectors are counted in, in bytes: a page of NAND, a sector of anything else. */
export function sectorBytesOf(
  storage: { readonly pageBytes: number } | { readonly sectorBytes: number },
): number {
  return 'pageBytes' in storage ? storage.pageBytes : storage.sectorBytes;
}

export function totalSectorsOf(storage: StorageGeometry): number {
  return storage.type === 'nand' ? storage.totalPages : storage.totalSectors;
}

/** Where the partition begins that is cleared first and programmed last (P4). */
export function bootSectorOf(
  storage: { readonly type: string } & { readonly bootStartSector?: number },
): number {
  return storage.bootStartSector ?? 0;
}
