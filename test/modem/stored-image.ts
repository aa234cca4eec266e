/** Reads an image back out of a partition, as the boot does: page by page, bad blocks skipped, digest checked. */
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../../shared/result.ts';
import { IMAGE_HEADER_BYTES, parseImageHeader } from './image-format.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';
import { SectorCursor } from './sector-cursor.ts';

export type ImageFailure = {
  readonly reason:
    | 'partition-table-damaged'
    | 'image-absent'
    | 'image-incomplete'
    | 'image-damaged'
    | 'image-too-long'
    | 'image-of-another-partition'
    | 'image-of-another-chip'
    | 'firmware-versions-differ';
  readonly partition: string;
};

export type StoredImage = { readonly firmware: string; readonly payload: Uint8Array[] };

/** Reads and checks the image a partition holds; the payload comes as views of the pages it lies in. */
export function readImage(nand: Nand, partition: Partition, chip: string): Result<StoredImage, ImageFailure> {
  const fail = (reason: ImageFailure['reason']): Result<never, ImageFailure> =>
    err({ reason, partition: partition.name });
  const cursor = new SectorCursor(nand, partition.startSector, partition.startSector + partition.sectorCount);
  const nextPage = (): Uint8Array | undefined => {
    const page = cursor.next();
    return page === undefined ? undefined : nand.programmedPage(page);
  };

  const firstPage = nextPage();
  if (firstPage === undefined) return fail('image-absent');
  const header = parseImageHeader(firstPage);
  if (!header.ok) return fail('image-damaged');
  if (header.value.partition !== partition.name) return fail('image-of-another-partition');
  if (header.value.chip !== chip) return fail('image-of-another-chip');
  const { payloadBytes, payloadDigest, firmware } = header.value;
  if (IMAGE_HEADER_BYTES + payloadBytes > partition.sectorCount * nand.geometry.pageBytes) {
    return fail('image-too-long');
  }

  const payload = [firstPage.subarray(IMAGE_HEADER_BYTES, IMAGE_HEADER_BYTES + payloadBytes)];
  let missingBytes = payloadBytes - (payload[0]?.length ?? 0);
  while (missingBytes > 0) {
    const page = nextPage();
    if (page === undefined) return fail('image-incomplete');
    payload.push(page.subarray(0, missingBytes));
    missingBytes -= Math.min(missingBytes, page.length);
  }
  const digest = createHash('sha256');
  for (const piece of payload) digest.update(piece);
  if (!digest.digest().equals(payloadDigest)) return fail('image-damaged');
  return ok({ firmware, payload });
}
