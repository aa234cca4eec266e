/**
 * The release documents of an attempt, kept beside its journal from gate 1 on: after a restart the flashing goes
 * on from the stage without asking anybody, because the uplink may be the very modem that lies there erased.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import { type PackageIndex, parseIndex } from '../../shared/caibx.ts';
import { type ModelEntry, modelEntrySchema } from '../../shared/catalogue.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Attempt, type JournalFailure, writeDurably } from './journal.ts';

export type ReleaseDocuments = {
  readonly entry: ModelEntry;
  readonly manifest: ReleaseManifest;
  readonly index: PackageIndex;
  readonly indexBytes: Uint8Array;
};

export type DocumentsFailure =
  | JournalFailure
  | { readonly reason: 'attempt-documents-lost'; readonly directory: string };

const FILES = { entry: 'model.json', manifest: 'release.json', index: 'package.caibx' } as const;

export function documentsDirectory(stateDir: string, modemKey: string): string {
  return join(stateDir, 'attempts', modemKey);
}

/** Writes them and returns the hashes that the journal keeps. */
export async function keepDocuments(
  directory: string,
  documents: ReleaseDocuments,
): Promise<Result<NonNullable<Attempt['documents']>, JournalFailure>> {
  const bytes = {
    entry: utf8(JSON.stringify(documents.entry)),
    manifest: utf8(JSON.stringify(documents.manifest)),
    index: documents.indexBytes,
  };
  for (const name of ['entry', 'manifest', 'index'] as const) {
    const written = await writeDurably(join(directory, FILES[name]), bytes[name]);
    if (!written.ok) return written;
  }
  return ok({
    entry: await sha256Hex(bytes.entry),
    manifest: await sha256Hex(bytes.manifest),
    index: await sha256Hex(bytes.index),
  });
}

/** Reads them back; each must be what the journal says it was. */
export async function recallDocuments(
  directory: string,
  hashes: NonNullable<Attempt['documents']>,
): Promise<Result<ReleaseDocuments, DocumentsFailure>> {
  const lost = err({ reason: 'attempt-documents-lost', directory } as const);
  const entryBytes = await readWhole(join(directory, FILES.entry), hashes.entry);
  const manifestBytes = await readWhole(join(directory, FILES.manifest), hashes.manifest);
  const indexBytes = await readWhole(join(directory, FILES.index), hashes.index);
  if (entryBytes === null || manifestBytes === null || indexBytes === null) return lost;
  const entry = modelEntrySchema.safeParse(JSON.parse(fromUtf8(entryBytes) ?? 'null'));
  const manifest = releaseManifestSchema.safeParse(JSON.parse(fromUtf8(manifestBytes) ?? 'null'));
  const index = parseIndex(indexBytes);
  if (!entry.success || !manifest.success || !index.ok) return lost;
  return ok({ entry: entry.data, manifest: manifest.data, index: index.value, indexBytes });
}

/** What cannot be removed is overwritten by the next attempt. */
export async function forgetDocuments(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true }).catch(() => {});
}

async function readWhole(path: string, sha256: string): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes !== null && (await sha256Hex(bytes)) === sha256 ? new Uint8Array(bytes) : null;
}
