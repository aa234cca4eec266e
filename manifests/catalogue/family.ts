/**
 * One family file of the catalogue, as people write it: what all its models share stands once, what is not
 * known stands as not known. Strict: a misspelt restriction would otherwise be ignored (P6).
 */
import * as z from 'zod';
import { knownEdgeSchema, knownIssueSchema, modelEntrySchema } from '../../shared/catalogue.ts';

const sentence = z.string().min(1).max(1000);
const { vendor, flash, name, chip, flashMethod, storage, usb, programmerImageId, protectedRanges, routers } =
  modelEntrySchema.shape;

const hardware = z
  .string()
  .regex(/^[A-Z0-9]{2,32}$/)
  .describe('Hardware part of the version string, e.g. EC25EUGA of EC25EUGAR08A03M4G');

/** True of every model of the family. */
export const familyDefaultsSchema = z.strictObject({
  chip,
  flashMethod,
  usb,
  programmerImageId,
  edges: z.array(knownEdgeSchema).max(200),
  knownIssues: z.array(knownIssueSchema).max(200),
  sources: z.array(sentence).min(1).max(50),
});

/** A model that can be published: its storage and its protected ranges are known. */
export const familyModelSchema = z.strictObject({
  hardware,
  flash,
  name,
  storage,
  protectedRanges,
  edges: z.array(knownEdgeSchema).max(200),
  knownIssues: z.array(knownIssueSchema).max(200),
  routers,
  sources: z.array(sentence).min(1).max(50),
});

/** A model that exists and cannot be published yet; `missing` says what must be found out first. */
export const incompleteModelSchema = z.strictObject({
  hardware,
  flash: flash.optional(),
  name,
  missing: z.array(sentence).min(1).max(20),
  edges: z.array(knownEdgeSchema).max(200),
  knownIssues: z.array(knownIssueSchema).max(200),
  sources: z.array(sentence).min(1).max(50),
});

export const familySchema = z
  .strictObject({
    format: z.literal('cistern-family/1'),
    vendor,
    family: z.string().min(1).max(32),
    all: familyDefaultsSchema.describe('What holds for every model of the family'),
    models: z.array(familyModelSchema).max(100).describe('Models that can be published'),
    incomplete: z.array(incompleteModelSchema).max(100).describe('Models of which too little is known'),
  })
  .describe('A family of modems in the Cistern catalogue');
export type Family = z.infer<typeof familySchema>;
