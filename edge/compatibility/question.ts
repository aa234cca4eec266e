/** What `/v1/compatibility` is asked: versions as people paste them, with what stands around. */
import * as z from 'zod';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { type Pasted, type PastedFailure, readPasted } from '../../shared/firmware-version-pasted.ts';
import { COMPATIBILITY_BATCH_MAX, PASTED_MAX_CHARS } from '../../shared/limits.ts';
import { assertNever } from '../../shared/result.ts';
import { builtInCatalogue } from './built-in-catalogue.ts';

/** What a modem, a label or a person says is there. */
const installedSchema = z
  .string()
  .max(PASTED_MAX_CHARS)
  .transform((text, context): Pasted => {
    const read = readPasted(text);
    if (!read.ok) return refuse(context, sentenceOf(read.failure));
    if (read.value.kind !== 'names') return read.value;
    const names = read.value.names.filter((name) => builtInCatalogue().familyOf(name) !== null);
    return names.length > 0 ? { kind: 'names', names } : refuse(context, NO_VERSION);
  });

/** A release is wanted by its version: a label or a name does not name one. */
const wantedSchema = z
  .string()
  .max(PASTED_MAX_CHARS)
  .transform((text, context): FirmwareVersion => {
    const read = readPasted(text);
    if (!read.ok) return refuse(context, sentenceOf(read.failure));
    return read.value.kind === 'version' ? read.value.version : refuse(context, NO_VERSION);
  });

export const questionSchema = z.strictObject({
  /** What the modem reports (AT+QGMR, ATI), or what its label says. */
  installed: installedSchema,
  /** Left out: the newest release that fits. */
  wanted: wantedSchema.optional(),
  vendor: z
    .string()
    .regex(/^[a-z0-9]{2,32}$/)
    .default('quectel'),
});
export type Question = z.infer<typeof questionSchema>;

export const batchSchema = z.strictObject({
  questions: z.array(questionSchema).min(1).max(COMPATIBILITY_BATCH_MAX),
});

const NO_VERSION = 'no firmware version, e.g. EC25EUGAR08A03M4G_01.200.01.200, was found in it';

function sentenceOf(failure: PastedFailure): string {
  switch (failure.reason) {
    case 'pasted-too-long':
      return `longer than ${failure.maxChars} characters`;
    case 'several-versions':
      return `several versions are in it (${failure.versions.slice(0, 3).join(', ')}): ask about one`;
    case 'nothing-pasted':
      return NO_VERSION;
    default:
      return assertNever(failure);
  }
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
