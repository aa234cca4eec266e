/** The product's name beside the version's hardware part: `RM502Q-AE` and `RM502QAEAA` are one, `EC25` and `EG06ELA` not. */
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { type AtAnswer, plainLines } from './at.ts';

/** A family: letters and a number (`EC25`, `RM500`); the variant may follow, often behind a dash (field 2b). */
const FAMILY = /^[A-Z]{1,3}\d{1,4}/;

/** The name among ATI's lines: maker, name, `Revision: …` (field 2b). */
export function productNameInAti(answer: AtAnswer, vendor: string): string | undefined {
  return plainLines(answer).find((line) => line.toLowerCase() !== vendor && !line.startsWith('Revision'));
}

/**
 * Whether no modem of this name runs this version. The family decides; and the variant where a dash shows that it is
 * told (`RM502Q-AE`), for without one a name may end in letters that the version writes otherwise (`EC20F`, `EC20CEFA`).
 * A name that is none contradicts nothing.
 */
export function contradictsProductName(
  name: string,
  { hardware }: Pick<FirmwareVersion, 'hardware'>,
): boolean {
  const upper = name.trim().toUpperCase();
  const family = FAMILY.exec(upper)?.[0];
  if (family === undefined) return false;
  const [product = '', variant] = upper.split('-');
  return variant === undefined
    ? FAMILY.exec(hardware)?.[0] !== family
    : !hardware.startsWith(`${product}${variant}`);
}
