/**
 * The rawprogram as Debian's qdl (2022) wants it: labels, last_sector and every number present, `/` in paths. It
 * erases first, then programs in the file's order, whatever the vendor's order is.
 */
import { IMAGES, PAGE_BYTES, PAGES_PER_BLOCK } from '../../firmware/layout.ts';

export function qdlXml(): string {
  const geometry = `PAGES_PER_BLOCK="${PAGES_PER_BLOCK}" SECTOR_SIZE_IN_BYTES="${PAGE_BYTES}" physical_partition_number="0"`;
  const place = ({ startSector, sectorCount }: (typeof IMAGES)[number]) =>
    `num_partition_sectors="${sectorCount}" start_sector="${startSector}" last_sector="${startSector + sectorCount - 1}"`;
  return [
    '<?xml version="1.0" ?>',
    '<data>',
    ...IMAGES.map((image) => ` <erase ${geometry} ${place(image)}/>`),
    ...IMAGES.map(
      (image) =>
        ` <program ${geometry} ${place(image)} filename="${image.file}" label="${image.partition}"/>`,
    ),
    '</data>',
    '',
  ].join('\n');
}
