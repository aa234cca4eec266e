/** A package from a disk: staged from there, judged before; after a restart had from there again. */

import { parseIndex } from '../../shared/caibx.ts';
import { openPackage } from '../../shared/package/open-package.ts';
import { type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';
import { ok, type Result } from '../../shared/result.ts';
import { nodePackagePorts } from '../package/node-package-ports.ts';
import type { LocalPackage } from '../package/open-local-package.ts';
import type { Stage } from '../stage/stage.ts';
import { type LocalCut, type LocalStageFailure, stageLocalPackage } from '../stage/stage-local-package.ts';
import type { FlashPorts, ModemPorts } from './attempt.ts';
import type { ReleaseDocuments } from './documents.ts';
import { removeBeside } from './fill-stage.ts';
import { openStageFor } from './open-stage.ts';
import type { PackageOrigin, StagedRelease } from './package-origin.ts';

/** `voucher`: who says that the step to this version works, where no rule of the catalogue does. */
export function localOrigin(local: LocalPackage, voucher: string | null): PackageOrigin {
  return {
    recorded: { kind: 'local', path: local.path },
    isOnDisk: true,
    stage: async ({ wanted }, ports, signal) => {
      const wish = {
        wanted,
        version: local.version.text,
        neededBytes: neededFiles(local).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        earlier: null,
        isFetched: false,
      };
      const stage = await openStageFor(wish, ports, signal);
      if (!stage.ok) return stage;
      const staged = await stageFrom(local, voucher, stage.value, ports, signal);
      if (staged.ok) await removeBeside(stage.value, local.version.text, ports);
      else await stage.value.setAside();
      return staged;
    },
    refill: refillFromDisk(local.path),
  };
}

async function stageFrom(
  local: LocalPackage,
  voucher: string | null,
  stage: Stage,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<Result<StagedRelease, LocalStageFailure>> {
  const files = { source: local.source, wanted: neededFiles(local) };
  const cut = await stageLocalPackage(stage, files, onProgressOf(ports), signal);
  if (!cut.ok) return cut;
  const { indexBytes } = cut.value;
  const index = parseIndex(indexBytes);
  if (!index.ok) throw new Error(`an index of our own cannot be read: ${index.failure.why}`);
  const releasedOn = new Date(ports.clock.nowMs()).toISOString().slice(0, 10);
  const manifest = manifestOf(local, cut.value, { voucher, releasedOn });
  const documents: ReleaseDocuments = { entry: local.entry, manifest, index: index.value, indexBytes };
  return ok({ stage, documents, fetchedBytes: 0, copy: null });
}

/** What is sent to the modem, and nothing else: old loaders and release notes need no room. */
function neededFiles({ flash, plan, source, sha256ByPath }: LocalPackage) {
  const needed = new Set([
    flash.programmer,
    flash.rawprogram,
    ...plan.programs.map(({ path }) => path),
    ...plan.patches.map(({ file }) => file),
  ]);
  return source.files
    .filter(({ path }) => needed.has(path))
    .map(({ path, sizeBytes }) => ({ path, sizeBytes, sha256: sha256ByPath.get(path) ?? '' }));
}

/** The same form as a signed release's, so that what flashes asks no question twice; signed it is not. */
function manifestOf(
  { entry, version, flash, plan, path }: LocalPackage,
  { files, sizeBytes, sha256, chunkCount, storedBytes }: LocalCut,
  said: { readonly voucher: string | null; readonly releasedOn: string },
): ReleaseManifest {
  return releaseManifestSchema.parse({
    format: 'cistern-release/1',
    model: entry.model,
    version: version.text,
    releasedOn: said.releasedOn,
    flash: {
      method: entry.flashMethod,
      storage: entry.storage,
      programmer: flash.programmer,
      rawprogram: flash.rawprogram,
      patches: [...new Set(plan.patches.map(({ file }) => file))],
    },
    protectedRanges: entry.protectedRanges,
    installableFrom: said.voucher === null ? [] : [{ from: {}, source: said.voucher }],
    files,
    package: { index: `${entry.model}/${version.text}.caibx`, sizeBytes, sha256, chunkCount, storedBytes },
    notes: `Not signed: staged from ${path.slice(0, 1000)}.`,
    fixes: [],
    knownIssues: [],
  });
}

/** The same files give the same chunks; what has changed meanwhile is refused by its SHA-256. */
export function refillFromDisk(path: string): PackageOrigin['refill'] {
  return async (stage, { manifest }, ports, signal) => {
    const source = await openPackage(path, nodePackagePorts);
    if (!source.ok) return source;
    try {
      const files = { source: source.value, wanted: manifest.files };
      const cut = await stageLocalPackage(stage, files, onProgressOf(ports), signal);
      return cut.ok ? ok(0) : cut;
    } finally {
      await source.value.close();
    }
  };
}

function onProgressOf({ events }: Pick<ModemPorts, 'events'>) {
  return (doneBytes: number, totalBytes: number) =>
    events.onFetch({ doneBytes, totalBytes, fetchedBytes: 0 });
}
