/** Elements of a rawprogram file, and a file of them. */
import { parseRawprogram } from './rawprogram.ts';

/** As the genuine EG25 file writes them (edl 1d): no label, no last_sector, backslashes, CRLF. */
export const RANGE =
  'PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" num_partition_sectors="576" physical_partition_number="0" start_sector="13952"';
export const ERASE = `<erase ${RANGE}/>`;
export const PROGRAM = `<program PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" filename="..\\tz.mbn" num_partition_sectors="768" physical_partition_number="0" start_sector="13184"/>`;
/** As the RG500Q's package asks (edl 0.4). */
export const GUARD =
  '<erase a_rawdata_start_sector="12544" b_rawdata_num_sector="640" c_project_name="RG500QEA_VH" d_project_type="STD" vendor="quectel"/>';

export const file = (...elements: readonly string[]) =>
  `<?xml version="1.0" ?>\r\n<data>\r\n${elements.map((element) => `  ${element}\r\n`).join('')}</data>\r\n`;
export const without = (attribute: string, element: string) =>
  element.replace(new RegExp(`${attribute}="[^"]*" ?`), '');
/** Why it is refused; null where it is not. */
export const failureOf = (xml: string) => {
  const parsed = parseRawprogram(xml);
  return parsed.ok ? null : parsed.failure;
};
