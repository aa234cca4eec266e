/**
 * The catalogue entry of one model: what is known about the hardware and which rules hold whatever the release.
 * It is signed as a TUF target beside the releases, so the updater and the edge judge by the same words.
 * Strict: an unknown field is refused (P6), because a misspelt restriction would otherwise be ignored.
 */
import * as z from 'zod';
import { versionTextSchema } from './firmware-version-schema.ts';
import { STORAGE_MAX_PAGES } from './limits.ts';
import { MODEL_ID, type ModelId } from './model.ts';
import { firehoseMethodSchema, METHOD_OF_STORAGE, storageGeometrySchema } from './storage.ts';

export const modelIdSchema = z
  .string()
  .regex(MODEL_ID, 'a model id, e.g. quectel/ec25euga-m4g') as unknown as z.ZodType<ModelId, string>;

export const usbIdSchema = z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/, 'a USB id, e.g. 2c7c:0125');
const sentence = z.string().min(1).max(1000);

/** A range of pages or sectors that is never erased or written (P5). */
export const protectedRangeSchema = z.strictObject({
  name: z.string().min(1).max(32),
  startSector: z.int().nonnegative().max(STORAGE_MAX_PAGES),
  sectorCount: z.int().positive().max(STORAGE_MAX_PAGES),
});
export type ProtectedRange = z.infer<typeof protectedRangeSchema>;

/** Which installed versions a rule speaks of. A field that is left out matches all. */
export const versionMatchSchema = z
  .strictObject({
    baseline: z.int().nonnegative().max(99).optional(),
    minRelease: z.int().nonnegative().max(99).optional(),
    maxRelease: z.int().nonnegative().max(99).optional(),
    /** First number of the custom part: `01`, `12`, `20`, `30`, `A0`. */
    customLine: z
      .string()
      .regex(/^[A-Z0-9]{1,4}$/)
      .optional(),
  })
  .refine(
    ({ minRelease = 0, maxRelease = 99 }) => minRelease <= maxRelease,
    'minRelease is above maxRelease: this would match no version at all',
  );
export type VersionMatch = z.infer<typeof versionMatchSchema>;

/** A known way from one version to another, or a known dead end, with who said so. */
export const knownEdgeSchema = z.strictObject({
  from: versionMatchSchema,
  to: versionMatchSchema,
  verdict: z.enum(['allowed', 'forbidden']),
  why: sentence,
  source: sentence,
});
export type KnownEdge = z.infer<typeof knownEdgeSchema>;

export const knownIssueSchema = z.strictObject({
  versions: versionMatchSchema,
  what: sentence,
  workaround: sentence.optional(),
  source: sentence,
});

/** A version that modems of this kind do not go below any more, once they run a version that `from` matches. */
export const versionFloorSchema = z.strictObject({
  from: versionMatchSchema,
  /** The lowest version that is still taken. A version older than it was never below its own floor. */
  lowest: versionTextSchema,
  why: sentence,
  source: sentence,
});
export type VersionFloor = z.infer<typeof versionFloorSchema>;

/** A version that somebody saw on such a modem or as a package. That it exists does not say that it is good. */
export const seenVersionSchema = z.strictObject({
  version: versionTextSchema,
  note: sentence.optional(),
  source: sentence,
});

/** Hardware that is said to run this model's firmware and the other way round, against the rule of equal hardware. */
export const interchangeableSchema = z.strictObject({
  hardware: z.string().regex(/^[A-Z0-9]{2,32}$/),
  source: sentence,
});

/**
 * What the boot ROM says of itself in Sahara's command mode, for every modem of this model (edl 1b): a modem that says
 * otherwise is sent back before it gets a programmer. What nobody knows is left out, and not compared.
 */
export const edlHardwareSchema = z
  .strictObject({
    /** Upper half of the hardware id: the chip, e.g. `000480e1`. */
    msmIds: z
      .array(z.string().regex(/^[0-9a-f]{8}$/, 'a chip id, e.g. 000480e1'))
      .min(1)
      .max(16)
      .optional(),
    /** SHA-256 or SHA-384 of the root key that programmers must be signed by. */
    oemKeyHashes: z
      .array(z.string().regex(/^([0-9a-f]{64}|[0-9a-f]{96})$/, 'a SHA-256 or SHA-384 in lower-case hex'))
      .min(1)
      .max(8)
      .optional(),
  })
  .refine(
    ({ msmIds, oemKeyHashes }) => msmIds !== undefined || oemKeyHashes !== undefined,
    'names neither chips nor keys: leave it out',
  );
export type EdlHardware = z.infer<typeof edlHardwareSchema>;

export const modelEntrySchema = z
  .strictObject({
    format: z.literal('cistern-model/1'),
    model: modelIdSchema,
    vendor: z.string().regex(/^[a-z0-9]{2,32}$/),
    name: z.string().min(1).max(80),
    hardware: z.string().regex(/^[A-Z0-9]{2,32}$/),
    flash: z.string().regex(/^[ME]\d{1,2}G$/),
    chip: z.string().min(1).max(32),
    flashMethod: firehoseMethodSchema,
    storage: storageGeometrySchema,
    usb: z.strictObject({
      normal: z.array(usbIdSchema).min(1).max(8),
      edl: z.array(usbIdSchema).min(1).max(8),
      /** Ids it shows where it waits for fastboot, and where it crashed and cannot be flashed. */
      fastboot: z.array(usbIdSchema).min(1).max(8).optional(),
      crashDump: z.array(usbIdSchema).min(1).max(8).optional(),
      /** USB interface numbers in the normal composition (edl 1a). */
      diagInterface: z.int().nonnegative().max(15),
      atInterface: z.int().nonnegative().max(15),
    }),
    /** Sahara image id of the programmer (edl 1b: 13 for most). */
    programmerImageId: z.int().nonnegative().max(64),
    edlHardware: edlHardwareSchema.optional(),
    protectedRanges: z.array(protectedRangeSchema).min(1).max(32),
    edges: z.array(knownEdgeSchema).max(200),
    /** Absent where none is known. Absent fields are not signed, so updaters that do not know them read the entry. */
    floors: z.array(versionFloorSchema).min(1).max(50).optional(),
    seenVersions: z.array(seenVersionSchema).min(1).max(200).optional(),
    interchangeableWith: z.array(interchangeableSchema).min(1).max(8).optional(),
    knownIssues: z.array(knownIssueSchema).max(200),
    routers: z.array(z.string().min(1).max(80)).max(200),
    sources: z.array(sentence).min(1).max(50),
  })
  .refine(({ flashMethod, storage }) => flashMethod === METHOD_OF_STORAGE[storage.type], {
    path: ['flashMethod'],
    message: 'is not the method of this kind of storage',
  });
export type ModelEntry = z.infer<typeof modelEntrySchema>;

/** File name of the entry below its model's targets: `quectel/ec25euga-m4g/model.json`. */
export const MODEL_ENTRY_NAME = 'model.json';
