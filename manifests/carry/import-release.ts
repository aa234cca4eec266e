/**
 * A release that another repository published, published here: verified from that repository's root, judged as a vendor's
 * package is, and signed with the keys of this one. Index and chunks are the same bytes in both; what stands of the model
 * comes from the catalogue of this one.
 */

import { chunkKey } from '../../shared/bucket-keys.ts';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import type { Finding } from '../../shared/lint/finding.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { differingMembers } from '../publish/differing-members.ts';
import type { OperatorFailure } from '../publish/operator-client.ts';
import {
  type Publication,
  type PublicationFailure,
  type PublicationPorts,
  type ReleaseDiffers,
  readKnown,
  readStanding,
  type Shown,
  showRelease,
} from '../publish/publication.ts';
import { entryTarget, manifestTarget } from '../publish/release-targets.ts';
import { at, type PublishStep } from '../publish/step.ts';
import { type UploadSummary, uploadChunks } from '../publish/upload-chunks.ts';
import { readVerifiedModel, type VerificationFailure } from '../repository/verified-model.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import { type CarriedFailure, judgeCarried } from './judge-carried.ts';
import type { OpenedExport } from './open-export.ts';

export type ImportReleaseFailure =
  | PublicationFailure
  | ({ readonly step: PublishStep } & (
      | VerificationFailure
      | CarriedFailure
      | OperatorFailure
      | ReleaseDiffers
    ));

export type Imported = Shown & {
  readonly upload: UploadSummary;
  readonly findings: readonly Finding[];
};

/** `originRoot`: the root of the repository that the file comes from. */
export async function importRelease(
  carried: OpenedExport,
  originRoot: string,
  publication: Publication & { readonly entry: ModelEntry },
  ports: PublicationPorts & { readonly onProgress: (done: number, total: number) => void },
  signal: AbortSignal,
): Promise<Result<Imported, ImportReleaseFailure>> {
  const { model, version, store } = carried;
  const origin = at(
    'linting',
    await readVerifiedModel({ base: STORE_BASE, model, rootText: originRoot }, getFromStore(store)),
  );
  if (!origin.ok) return origin;
  const judged = at('linting', await judgeCarried(carried, origin.value, publication.entry, signal));
  if (!judged.ok) return judged;
  const { manifest, index, chunkIds, findings } = judged.value;

  const standing = await readStanding(publication, ports);
  if (!standing.ok) return standing;
  const known = await readKnown(standing.value, version);
  if (!known.ok) return known;
  const listedIndex = standing.value.model?.targets[index.path];
  const members = [
    ...(listedIndex === undefined || listedIndex.hashes.sha256 === index.sha256 ? [] : [index.path]),
    ...(known.value === null ? [] : differingMembers(known.value, manifest)),
  ];
  if (members.length > 0)
    return err({ step: 'reading-repository', reason: 'release-exists-with-other-content', version, members });
  const upload = at(
    'uploading',
    await uploadChunks(chunkIds, storedChunks(carried), ports.operator, ports.onProgress),
  );
  if (!upload.ok) return upload;
  const targets = [index, manifestTarget(known.value ?? manifest), entryTarget(publication.entry)];
  const shown = await showRelease(publication, standing.value, targets, ports);
  return shown.ok ? ok({ ...shown.value, upload: upload.value, findings }) : shown;
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
