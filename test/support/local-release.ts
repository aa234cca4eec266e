/** A small release made by the publisher's own code, without a repository: for tests of what comes after fetching. */
import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import { prepareStage } from '../../device/stage/prepare-stage.ts';
import type { Stage } from '../../device/stage/stage.ts';
import type { ReleaseDocuments } from '../../device/update/documents.ts';
import { findModel } from '../../manifests/catalogue/find-model.ts';
import { openChunkStore } from '../../manifests/package/chunk-store.ts';
import { cutPackage } from '../../manifests/package/cut-package.ts';
import { openPackage } from '../../manifests/package/open-package.ts';
import { buildManifest } from '../../manifests/publish/release-targets.ts';
import { parseIndex } from '../../shared/caibx.ts';
import { findFlashFiles } from '../../shared/lint/flash-files.ts';
import { parseModelId } from '../../shared/model.ts';
import { DEMO_NEW_VERSION, SMALL_SIZE_BYTES, writeDemoPackage } from '../firmware/demo-package.ts';
import { must } from './must.ts';

export { must };

export const DEMO_MODEL = 'quectel/ec25euga-m4g';

export type LocalRelease = { readonly documents: ReleaseDocuments; readonly storeDirectory: string };

/** `spoil` changes the package before it is cut: a release as no publisher's lint would let it through. */
export async function localRelease(
  directory: string,
  spoil: (packageDirectory: string) => Promise<void> = async () => {},
): Promise<LocalRelease> {
  const version = DEMO_NEW_VERSION;
  const packageDirectory = join(directory, version);
  await writeDemoPackage(packageDirectory, { version, sizeBytes: SMALL_SIZE_BYTES });
  await spoil(packageDirectory);
  return releaseOf({ packageDirectory, version, storeDirectory: join(directory, 'store') });
}

/** A package on a disk, cut into a store. */
export async function releaseOf({
  packageDirectory,
  version,
  storeDirectory,
}: {
  readonly packageDirectory: string;
  readonly version: string;
  readonly storeDirectory: string;
}): Promise<LocalRelease> {
  const model = parseModelId(DEMO_MODEL);
  if (model === null) throw new Error(DEMO_MODEL);
  const entry = must(await findModel(model));
  const source = must(await openPackage(packageDirectory));
  const cut = must(
    await cutPackage(source, openChunkStore(storeDirectory), () => {}, new AbortController().signal),
  );
  await source.close();
  const { flash } = findFlashFiles(source.files);
  if (flash === null) throw new Error('the package has no flash files');
  const statement = {
    version,
    releasedOn: '2026-11-01',
    from: [{ baseline: 6 }],
    fromSource: 'test',
    notes: '',
    fixes: [],
    knownIssues: [],
  };
  const manifest = buildManifest(entry, statement, flash, cut);
  const index = must(parseIndex(cut.index));
  return { documents: { entry, manifest, index, indexBytes: cut.index }, storeDirectory };
}

/** A stage on a disk, filled from the release's own store. */
export async function filledStage(release: LocalRelease, directory: string): Promise<Stage> {
  const wanted = await mkdtemp(join(directory, 'stage-'));
  const wish = {
    wanted,
    neededBytes: release.documents.manifest.package.storedBytes,
    platform: nodePlatform,
  };
  const stage = must(await prepareStage(wish, new AbortController().signal));
  await cp(release.storeDirectory, stage.directory, { recursive: true });
  return stage;
}
