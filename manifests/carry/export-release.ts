/** One release as a single file: its chunks, its targets, and the metadata that vouches for them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { type MirrorFailure, mirrorModel } from '../mirror/mirror-model.ts';
import { releaseVersions } from '../repository/list-releases.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import { type RepositoryOfModel, readVerifiedModel } from '../repository/verified-model.ts';
import { openDirectoryStore } from '../store/directory-store.ts';
import { type PackFailure, packTree } from './pack-tree.ts';

export type ExportFailure =
  | MirrorFailure
  | PackFailure
  | {
      readonly reason: 'release-not-published';
      readonly version: string;
      readonly published: readonly string[];
    };

export async function exportRelease(
  source: RepositoryOfModel,
  version: string,
  get: Get,
  path: string,
  onProgress: (done: number, total: number) => void,
): Promise<Result<{ readonly sizeBytes: number }, ExportFailure>> {
  const model = await readVerifiedModel(source, get);
  if (!model.ok) return model;
  const published = releaseVersions(model.value);
  if (!published.includes(version)) return err({ reason: 'release-not-published', version, published });
  const tree = await mkdtemp(join(tmpdir(), 'cistern-export-'));
  try {
    const store = openDirectoryStore(tree);
    const mirrored = await mirrorModel(source, get, store, [version], onProgress);
    if (!mirrored.ok) return mirrored;
    const packed = await packTree(store, path);
    return packed.ok ? ok({ sizeBytes: packed.value }) : packed;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
