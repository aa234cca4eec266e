/**
 * The package as fwupd's qc-firehose plugin wants it: a zip of plain names, with `prog_nand*.mbn` and
 * `rawprogram_*.xml` in it. The plugin erases first, then programs, each in the file's order, and pads a file to the
 * length that its `<program>` names; so here each names the file's own pages.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buildZip } from '../../firmware/build-zip.ts';
import { IMAGES, PAGE_BYTES, PAGES_PER_BLOCK } from '../../firmware/layout.ts';

const PROGRAMMER = 'update/firehose/prog_nand_firehose_9x07.mbn';
const VENDOR_XML = 'update/firehose/rawprogram_nand_p2K_b128K_update.xml';

export async function fwupdArchive(packageDirectory: string): Promise<Buffer> {
  const read = (file: string) => readFile(join(packageDirectory, file));
  const files = [PROGRAMMER, ...IMAGES.map(({ file }) => file)];
  const entries = files.map(async (file) => ({ name: basename(file), content: await read(file) }));
  const xml = await rawprogram(packageDirectory, (await read(VENDOR_XML)).toString());
  return buildZip([...(await Promise.all(entries)), { name: 'rawprogram_nand.xml', content: xml }]);
}

/** The vendor's anti-misburn question stays, word for word, and comes first (edl 0.4). */
async function rawprogram(packageDirectory: string, vendorXml: string): Promise<string> {
  const guard = /<erase [^>]*vendor="quectel"[^>]*\/>/.exec(vendorXml)?.[0];
  if (guard === undefined) throw new Error(`${VENDOR_XML} asks no anti-misburn question`);
  const geometry = `PAGES_PER_BLOCK="${PAGES_PER_BLOCK}" SECTOR_SIZE_IN_BYTES="${PAGE_BYTES}" physical_partition_number="0"`;
  const erases = IMAGES.map(
    ({ startSector, sectorCount }) =>
      ` <erase ${geometry} num_partition_sectors="${sectorCount}" start_sector="${startSector}"/>`,
  );
  const programs = IMAGES.map(async ({ file, startSector }) => {
    const pages = Math.ceil((await stat(join(packageDirectory, file))).size / PAGE_BYTES);
    return ` <program ${geometry} num_partition_sectors="${pages}" start_sector="${startSector}" filename="${basename(file)}"/>`;
  });
  return [
    '<?xml version="1.0" ?>',
    '<data>',
    ` ${guard}`,
    ...erases,
    ...(await Promise.all(programs)),
    '</data>',
    '',
  ].join('\n');
}
