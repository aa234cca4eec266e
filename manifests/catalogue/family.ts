/**
 * One family file of the catalogue, as people write it: what all its models share stands once, what is not
 * known stands as not known. Strict: a misspelt restriction would otherwise be ignored (P6).
 */
import * as z from 'zod';
import {
  edlHardwareSchema,
  interchangeableSchema,
  knownEdgeSchema,
  knownIssueSchema,
  modelEntrySchema,
  seenVersionSchema,
  usbIdSchema,
  versionFloorSchema,
} from '../../shared/catalogue.ts';
import { FLASH_METHODS, isFlashedByUs } from '../../shared/catalogue-index.ts';
import { emmcStorageSchema, nandStorageSchema } from '../../shared/storage.ts';

const sentence = z.string().min(1).max(1000);
const { vendor, flash, name, chip, storage, usb, programmerImageId, protectedRanges, routers } =
  modelEntrySchema.shape;

const hardware = z
  .string()
  .regex(/^[A-Z0-9]{2,32}$/)
  .describe('Hardware part of the version string, e.g. EC25EUGA of EC25EUGAR08A03M4G');

/** What holds for the family and for each of its models alike. */
const statements = {
  edges: z.array(knownEdgeSchema).max(200).describe('Steps known to work, or known not to'),
  floors: z
    .array(versionFloorSchema)
    .min(1)
    .max(50)
    .optional()
    .describe('Versions below which modems do not go any more'),
  knownIssues: z.array(knownIssueSchema).max(200),
  sources: z.array(sentence).min(1).max(50).describe('Who says so: a document, a thread, a measurement'),
};

const ofOneModel = {
  hardware,
  name,
  edlHardware: edlHardwareSchema.optional().describe('In place of what the family says'),
  ...statements,
  seenVersions: z
    .array(seenVersionSchema)
    .min(1)
    .max(200)
    .optional()
    .describe('Versions somebody saw on a modem or as a package'),
  interchangeableWith: z.array(interchangeableSchema).min(1).max(8).optional(),
};

const ids = z.array(usbIdSchema).min(1).max(24);

/** True of every model of the family. What nobody knows is left out. */
export const familyDefaultsSchema = z.strictObject({
  hardwarePrefixes: z
    .array(z.string().regex(/^[A-Z0-9]{2,32}$/))
    .min(1)
    .max(50)
    .describe('How the version strings of this family begin, e.g. EC25'),
  variants: z
    .array(z.string().min(1).max(40))
    .max(50)
    .optional()
    .describe('Names on labels of which no version string is known, e.g. EC25-AU'),
  chip: chip.optional(),
  flashMethod: z
    .enum(FLASH_METHODS)
    .describe('How it is flashed; firehose-nand and firehose-emmc are done by Cistern'),
  flashNotes: z
    .array(z.strictObject({ what: sentence, source: sentence }))
    .max(20)
    .optional(),
  usb: z.strictObject({
    normal: ids.optional(),
    edl: ids.optional().describe('Emergency download, or what the vendor has in its place'),
    fastboot: ids.optional(),
    crashDump: ids.optional(),
    pci: ids.optional().describe('PCI ids where it is attached by PCIe'),
    diagInterface: usb.shape.diagInterface.optional(),
    atInterface: usb.shape.atInterface.optional(),
  }),
  programmer: z.string().min(1).max(80).optional().describe('File name of the Firehose programmer'),
  programmerImageId: programmerImageId.optional(),
  edlHardware: edlHardwareSchema
    .optional()
    .describe('Chip and root key that the modem names in EDL; one that names others is not flashed'),
  routers: routers.optional(),
  ...statements,
});

/** A model that can be published: its storage and its protected ranges are known. */
export const familyModelSchema = z.strictObject({ ...ofOneModel, flash, storage, protectedRanges, routers });

/** A model that exists and cannot be published yet; `missing` says what must be found out first. */
export const incompleteModelSchema = z.strictObject({
  ...ofOneModel,
  flash: flash.optional(),
  storage: z
    .discriminatedUnion('type', [
      nandStorageSchema.partial({ pageBytes: true, pagesPerBlock: true, totalPages: true }),
      emmcStorageSchema.partial({ sectorBytes: true, totalSectors: true, bootStartSector: true }),
    ])
    .optional(),
  routers: routers.optional(),
  missing: z.array(sentence).min(1).max(20),
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
  .describe('A family of modems in the Cistern catalogue')
  .superRefine(({ all, models }, context) => {
    if (models.length === 0) return;
    const missing = [
      ...(all.chip === undefined ? [['chip']] : []),
      ...(all.programmerImageId === undefined ? [['programmerImageId']] : []),
      ...(['normal', 'edl', 'diagInterface', 'atInterface'] as const)
        .filter((field) => all.usb[field] === undefined)
        .map((field) => ['usb', field]),
    ];
    for (const path of missing) {
      const message = 'is needed where a model can be published; else list its models under incomplete';
      context.addIssue({ code: 'custom', path: ['all', ...path], message });
    }
    if (!isFlashedByUs(all)) {
      const message =
        'Cistern flashes firehose-nand and firehose-emmc alone; list the models under incomplete';
      context.addIssue({ code: 'custom', path: ['all', 'flashMethod'], message });
    }
  });
export type Family = z.infer<typeof familySchema>;
