/** What `/v1/compatibility` answers. */
import * as z from 'zod';
import { knownIssueSchema } from '../../shared/catalogue.ts';
import { FLASH_METHODS } from '../../shared/catalogue-index.ts';
import type { Compatibility } from '../../shared/compatibility.ts';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';

/** A reason of the rules, or one of those that only a look-up has. */
export const reasonSchema = z.strictObject({ code: z.string(), sentence: z.string(), source: z.string() });
export type Reason = z.infer<typeof reasonSchema>;

/** Something that is known and near to what was asked; `kind` says what `text` is. */
export const nearMissSchema = z.strictObject({
  kind: z.enum(['model', 'hardware', 'release']),
  text: z.string(),
  name: z.string(),
});
export type NearMiss = z.infer<typeof nearMissSchema>;

/** What the catalogue that is built in knows of the modem, published or not. */
export const knownModemSchema = z.strictObject({
  vendor: z.string(),
  family: z.string(),
  /** Null where only its family is known. */
  name: z.string().nullable(),
  chip: z.string().nullable(),
  flashMethod: z.enum(FLASH_METHODS),
  isFlashedByCistern: z.boolean(),
  /** What must be found out before a release of it can be published. */
  missing: z.array(z.string()),
  /** Where such modems were found, as people say it. */
  routers: z.array(z.string()),
});
export type KnownModem = z.infer<typeof knownModemSchema>;

export const answerSchema = z.strictObject({
  verdict: z.enum(['fits', 'does not fit', 'not known']),
  reasons: z.array(reasonSchema),
  /** Versions to install in turn, the wanted one last; empty unless it fits. */
  path: z.array(versionTextSchema),
  /** Which model the installed version belongs to; null where the version names none. */
  model: z.string().nullable(),
  /** The version, label or name that was found in what was asked. */
  installed: z.string(),
  wanted: z.string().nullable(),
  didYouMean: z.array(nearMissSchema),
  /** Of the installed version, of the wanted one and of those on the way. */
  knownIssues: z.array(knownIssueSchema),
  known: knownModemSchema.nullable(),
});
export const batchAnswerSchema = z.strictObject({ answers: z.array(answerSchema) });
export type Answer = Omit<z.infer<typeof answerSchema>, 'path' | 'verdict' | 'reasons'> &
  Pick<Compatibility, 'path' | 'verdict'> & { readonly reasons: readonly Reason[] };
