/**
 * A release that another repository published, published here: verified from that repository's root, and signed with the
 * keys of this one. Manifest, index and chunks are the same bytes in both.
 */

import { chunkKey } from '../../shared/bucket-keys.ts';
import { parseIndex } from '../../shared/caibx.ts';
import { MODEL_ENTRY_NAME } from '../../shared/catalogue.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { indexName, manifestName } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { contentOfChunk } from '../package/check-chunk.ts';
import type { OperatorFailure } from '../publish/operator-client.ts';
import {
  type Publication,
  type PublicationFailure,
  type PublicationPorts,
  type ReleaseDiffers,
  readStanding,
  type Shown,
  showRelease,
} from '../publish/publication.ts';
import type { Target } from '../publish/release-targets.ts';
import { at, type PublishStep } from '../publish/step.ts';
import { type UploadSummary, uploadChunks } from '../publish/upload-chunks.ts';
import {
  readVerifiedModel,
  type TargetFailure,
  type VerificationFailure,
  type VerifiedModel,
} from '../repository/verified-model.ts';
import type { StoreFailure } from '../store/object-store.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import type { OpenedExport } from './open-export.ts';

type ChunksFailure =
  | { readonly reason: 'index-unreadable'; readonly path: string }
  | { readonly reason: 'chunk-missing-in-source'; readonly id: string; readonly status: number }
  | { readonly reason: 'chunk-altered-in-source'; readonly id: string };

export type ImportReleaseFailure =
  | PublicationFailure
  | ({ readonly step: PublishStep } & (
      | VerificationFailure
      | TargetFailure
      | OperatorFailure
      | StoreFailure
      | ChunksFailure
      | ReleaseDiffers
    ));

export type Imported = Shown & { readonly upload: UploadSummary };

/** `originRoot`: the root of the repository that the file comes from. */
export async function importRelease(
  carried: OpenedExport,
  originRoot: string,
  publication: Publication,
  ports: PublicationPorts & { readonly onProgress: (done: number, total: number) => void },
): Promise<Result<Imported, ImportReleaseFailure>> {
  const { model, version, store } = carried;
  const origin = at(
    'linting',
    await readVerifiedModel({ base: STORE_BASE, model, rootText: originRoot }, getFromStore(store)),
  );
  if (!origin.ok) return origin;
  const targets = at('linting', await readTargets(origin.value, version));
  if (!targets.ok) return targets;
  const { index, manifest, entry } = targets.value;

  const standing = await readStanding(publication, ports);
  if (!standing.ok) return standing;
  const listed = standing.value.model?.targets ?? {};
  const differing = [manifest, index].filter(
    ({ path, sha256 }) => listed[path] !== undefined && listed[path].hashes.sha256 !== sha256,
  );
  if (differing.length > 0) {
    const members = differing.map(({ path }) => path);
    return err({ step: 'reading-repository', reason: 'release-exists-with-other-content', version, members });
  }
  const chunks = at('linting', await readChunks(carried, index));
  if (!chunks.ok) return chunks;
  const upload = at(
    'uploading',
    await uploadChunks(chunks.value, storedChunks(carried), ports.operator, ports.onProgress),
  );
  if (!upload.ok) return upload;
  // The catalogue of this repository knows its models best.
  const added = listed[entry.path] === undefined ? [index, manifest, entry] : [index, manifest];
  const shown = await showRelease(publication, standing.value, added, ports);
  return shown.ok ? ok({ ...shown.value, upload: upload.value }) : shown;
}

async function readTargets(
  origin: VerifiedModel,
  version: string,
): Promise<Result<{ index: Target; manifest: Target; entry: Target }, TargetFailure>> {
  const read = async (name: string): Promise<Result<Target, TargetFailure>> => {
    const path = targetPath(origin.model, name);
    const bytes = await origin.readTarget(path);
    return bytes.ok
      ? ok({ path, bytes: bytes.value, sha256: origin.targets[path]?.hashes.sha256 ?? '' })
      : bytes;
  };
  const index = await read(indexName(version));
  if (!index.ok) return index;
  const manifest = await read(manifestName(version));
  if (!manifest.ok) return manifest;
  const entry = await read(MODEL_ENTRY_NAME);
  if (!entry.ok) return entry;
  return ok({ index: index.value, manifest: manifest.value, entry: entry.value });
}

/** Ids of all chunks of the index; each lies in the file and is what its id says. */
async function readChunks(
  { store }: OpenedExport,
  { path, bytes }: Target,
): Promise<Result<readonly string[], ChunksFailure | StoreFailure>> {
  const index = parseIndex(bytes);
  if (!index.ok) return err({ reason: 'index-unreadable', path });
  const chunks = new Map(index.value.chunks.map((chunk) => [chunk.id, chunk]));
  for (const [id, chunk] of chunks) {
    const object = await store.get(chunkKey(id), CHUNK_STORED_MAX_BYTES);
    if (!object.ok) return object;
    if (object.value === null) return err({ reason: 'chunk-missing-in-source', id, status: 404 });
    if ((await contentOfChunk(chunk, object.value.bytes)) === null)
      return err({ reason: 'chunk-altered-in-source', id });
  }
  return ok([...chunks.keys()]);
}

function storedChunks({ store }: OpenedExport) {
  return {
    async get(id: string): Promise<Uint8Array<ArrayBuffer>> {
      const object = await store.get(chunkKey(id), CHUNK_STORED_MAX_BYTES);
      if (!object.ok || object.value === null) throw new Error(`chunk ${id} was read and is gone`);
      return object.value.bytes;
    },
  };
}
