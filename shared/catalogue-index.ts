/**
 * The catalogue in short, for look-ups: every family and every hardware that is known, also those that nobody can
 * publish or flash with Cistern yet. Made of `manifests/<vendor>/*.yaml` by `npm run -s build:catalogue`.
 */
import * as z from 'zod';
import {
  interchangeableSchema,
  knownEdgeSchema,
  knownIssueSchema,
  seenVersionSchema,
  versionFloorSchema,
} from './catalogue.ts';
import { firehoseMethodSchema } from './storage.ts';

/** How a modem takes firmware. Cistern does the first two; the others are named so that nobody tries it on them. */
export const FLASH_METHODS = [
  'firehose-nand',
  'firehose-emmc',
  'firehose',
  'fastboot',
  'sierra-cwe',
  'telit-uxfp',
  'asr-download',
  'unisoc-download',
  'eigencomm-download',
  'mediatek-download',
  'xmm-download',
  'not-known',
] as const;
export type FlashMethod = (typeof FLASH_METHODS)[number];

const sentence = z.string().min(1).max(1000);

export const knownModelSchema = z.strictObject({
  hardware: z.string(),
  flash: z.string().nullable(),
  name: z.string(),
  /** What must be found out before it can be published; empty where it can. */
  missing: z.array(sentence),
  edges: z.array(knownEdgeSchema),
  floors: z.array(versionFloorSchema),
  knownIssues: z.array(knownIssueSchema),
  seenVersions: z.array(seenVersionSchema),
  interchangeableWith: z.array(interchangeableSchema),
  routers: z.array(z.string()),
  sources: z.array(sentence),
});
export type KnownModel = z.infer<typeof knownModelSchema>;

export const knownFamilySchema = z.strictObject({
  vendor: z.string(),
  family: z.string(),
  hardwarePrefixes: z.array(z.string()),
  variants: z.array(z.string()),
  chip: z.string().nullable(),
  flashMethod: z.enum(FLASH_METHODS),
  models: z.array(knownModelSchema),
  /** Of the whole family; its models say these too. */
  knownIssues: z.array(knownIssueSchema),
  routers: z.array(z.string()),
  sources: z.array(sentence),
});
export type KnownFamily = z.infer<typeof knownFamilySchema>;

export const catalogueIndexSchema = z.strictObject({
  format: z.literal('cistern-catalogue-index/1'),
  families: z.array(knownFamilySchema).max(2000),
});
export type CatalogueIndex = z.infer<typeof catalogueIndexSchema>;

/** Whether Cistern flashes modems of this kind, once its model is complete. */
export function isFlashedByUs({ flashMethod }: Pick<KnownFamily, 'flashMethod'>): boolean {
  return firehoseMethodSchema.safeParse(flashMethod).success;
}
