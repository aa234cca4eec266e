/** What the look-ups tell of a release: the manifest without its file list. */
import * as z from 'zod';
import { compareFirmwareVersions, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { releaseManifestSchema } from '../../shared/release.ts';
import type { ReleaseTarget } from '../metadata/stored-targets.ts';

export const releaseSummarySchema = z.strictObject({
  ...releaseManifestSchema.pick({
    version: true,
    releasedOn: true,
    installableFrom: true,
    notes: true,
    fixes: true,
    knownIssues: true,
  }).shape,
  /** Of the package, uncompressed and as downloaded. */
  packageBytes: z.int().positive(),
  storedBytes: z.int().positive(),
  /** TUF target path and SHA-256 of the manifest. */
  manifest: z.strictObject({ path: z.string(), sha256: z.string() }),
});
export type ReleaseSummary = z.infer<typeof releaseSummarySchema>;

export function summarizeRelease({ path, file, manifest }: ReleaseTarget): ReleaseSummary {
  const { version, releasedOn, installableFrom, notes, fixes, knownIssues } = manifest;
  return {
    version,
    releasedOn,
    installableFrom,
    notes,
    fixes,
    knownIssues,
    packageBytes: manifest.package.sizeBytes,
    storedBytes: manifest.package.storedBytes,
    manifest: { path, sha256: file.hashes.sha256 },
  };
}

/** A copy, newest version first. */
export function newestFirst<T extends { readonly version: string }>(releases: readonly T[]): T[] {
  return releases
    .map((release) => ({ release, version: parseFirmwareVersion(release.version) }))
    .sort((a, b) =>
      a.version.ok && b.version.ok ? compareFirmwareVersions(b.version.value, a.version.value) : 0,
    )
    .map(({ release }) => release);
}
