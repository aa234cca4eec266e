/** Sizes as people write them: `500k`, `1.5M`, `2G`, decimal as data plans are counted; no letter means bytes. */
export const SIZE_TEXT = /^(\d{1,9}(?:\.\d{1,3})?)([kMG]?)$/;

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** Bytes; null for anything else, and for less than one. */
export function parseSize(text: string): number | null {
  const [, number, unit = ''] = SIZE_TEXT.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (FACTORS[unit] ?? Number.NaN));
  return bytes >= 1 ? bytes : null;
}
