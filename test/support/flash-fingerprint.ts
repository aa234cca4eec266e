/** SHA-256 over every page of a simulated modem's flash: equal means that nothing at all was erased or written. */
import { createHash } from 'node:crypto';
import type { SimulatedModem } from '../modem/modem.ts';

export function flashFingerprint({ nand }: Pick<SimulatedModem, 'nand'>): string {
  const hash = createHash('sha256');
  for (let page = 0; page < nand.pageCount; page++) {
    const content = nand.programmedPage(page);
    if (content !== undefined) hash.update(`${page}:`).update(content);
  }
  return hash.digest('hex');
}
