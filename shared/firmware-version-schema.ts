/** A version in a document, where nothing may stand around it. */
import * as z from 'zod';
import { parseFirmwareVersion } from './firmware-version.ts';

/** A version exactly as it is compared: what a modem's answer may have around it, a document may not. */
export const versionTextSchema = z.string().refine((text) => {
  const version = parseFirmwareVersion(text);
  return version.ok && version.value.text === text;
}, 'a firmware version, e.g. EC25EUGAR08A03M4G_01.200.01.200');
