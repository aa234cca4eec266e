/** Model ids: `<vendor>/<hardware>-<flash>` in lower case, e.g. `quectel/ec25euga-m4g` (design 5). */
import type { FirmwareVersion } from './firmware-version.ts';
import { MODEL_ID_MAX_CHARS } from './limits.ts';

export type ModelId = string & { readonly __brand: 'ModelId' };

export const MODEL_ID = /^[a-z0-9]{2,32}\/[a-z0-9]{2,32}-[a-z0-9]{2,8}$/;

/** The id, or `null` where the text is not one. */
export function parseModelId(text: string): ModelId | null {
  return text.length <= MODEL_ID_MAX_CHARS && MODEL_ID.test(text) ? (text as ModelId) : null;
}

/** `ec25euga-m4g`: the part of the id that a version string decides. The vendor is not in it. */
export function productOf(version: Pick<FirmwareVersion, 'hardware' | 'flash'>): string {
  return `${version.hardware}-${version.flash}`.toLowerCase();
}

/** The model a version string belongs to. A modem string decides, never the router's name (P6). */
export function modelOf(
  vendor: string,
  version: Pick<FirmwareVersion, 'hardware' | 'flash'>,
): ModelId | null {
  return parseModelId(`${vendor}/${productOf(version)}`);
}
