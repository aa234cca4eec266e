/**
 * The release manifest: a TUF target that says what one firmware package is, where its files lie inside the
 * package, what may be flashed with it and onto what (design 5). Strict: an unknown field is refused (P6).
 */
import * as z from 'zod';
import { modelIdSchema, protectedRangeSchema, versionMatchSchema } from './catalogue.ts';
import { SHA256_HEX } from './digest.ts';
import { versionTextSchema } from './firmware-version-schema.ts';
import {
  PACKAGE_MAX_BYTES,
  PACKAGE_MAX_CHUNKS,
  PACKAGE_MAX_FILES,
  PACKAGE_PATH_MAX_CHARS,
} from './limits.ts';
import { firehoseMethodSchema, METHOD_OF_STORAGE, storageGeometrySchema } from './storage.ts';

const sha256Schema = z.string().regex(SHA256_HEX, 'a SHA-256 in lower-case hex');

/** A path inside the package: forward slashes, relative, no empty, `.` or `..` segment. */
export const packagePathSchema = z
  .string()
  .min(1)
  .max(PACKAGE_PATH_MAX_CHARS)
  .refine(isPackagePath, 'a relative path that stays inside the package');

export function isPackagePath(path: string): boolean {
  if (!/^[A-Za-z0-9._/+ ()@~-]+$/.test(path)) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

export const packageFileSchema = z.strictObject({
  path: packagePathSchema,
  /** Where the file's bytes begin in the package's tar. */
  offsetBytes: z.int().nonnegative().max(PACKAGE_MAX_BYTES),
  sizeBytes: z.int().nonnegative().max(PACKAGE_MAX_BYTES),
  sha256: sha256Schema,
});
export type PackageFile = z.infer<typeof packageFileSchema>;

/** One way into this release; crossing a baseline or a customer line needs such an edge (field 2e). */
export const installableFromSchema = z.strictObject({
  from: versionMatchSchema,
  source: z.string().min(1).max(1000),
});

export const releaseManifestSchema = z.strictObject({
  format: z.literal('cistern-release/1'),
  model: modelIdSchema,
  version: versionTextSchema,
  releasedOn: z.iso.date(),
  flash: z
    .strictObject({
      method: firehoseMethodSchema,
      storage: storageGeometrySchema,
      programmer: packagePathSchema,
      rawprogram: packagePathSchema,
      patches: z.array(packagePathSchema).max(16),
    })
    .refine(({ method, storage }) => method === METHOD_OF_STORAGE[storage.type], {
      path: ['method'],
      message: 'is not the method of this kind of storage',
    }),
  protectedRanges: z.array(protectedRangeSchema).min(1).max(32),
  installableFrom: z.array(installableFromSchema).max(100),
  files: z
    .array(packageFileSchema)
    .min(1)
    .max(PACKAGE_MAX_FILES)
    .refine(
      (files) => new Set(files.map(({ path }) => path)).size === files.length,
      'a path stands here twice',
    ),
  package: z.strictObject({
    /** TUF target path of the casync index. */
    index: z.string().min(1).max(PACKAGE_PATH_MAX_CHARS),
    sizeBytes: z.int().positive().max(PACKAGE_MAX_BYTES),
    sha256: sha256Schema,
    chunkCount: z.int().positive().max(PACKAGE_MAX_CHUNKS),
    /** Sum of the compressed chunks: what a device downloads and holds. */
    storedBytes: z.int().positive().max(PACKAGE_MAX_BYTES),
  }),
  notes: z.string().max(4000),
  fixes: z.array(z.string().min(1).max(500)).max(100),
  knownIssues: z.array(z.string().min(1).max(500)).max(100),
});
export type ReleaseManifest = z.infer<typeof releaseManifestSchema>;

/** `EC25EUGAR08A03M4G_01.200.01.200.json`: the manifest's name below its model's targets. */
export function manifestName(version: string): string {
  return `${version}.json`;
}

/** `EC25EUGAR08A03M4G_01.200.01.200.caibx`: the package index's name below its model's targets. */
export function indexName(version: string): string {
  return `${version}.caibx`;
}
