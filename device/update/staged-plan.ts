/** The flash plan of a staged package: judged again here, whatever was judged when it was published (P5). */
import { fromUtf8 } from '../../shared/bytes.ts';
import type { ModelEntry, ProtectedRange } from '../../shared/catalogue.ts';
import { type DiskPatch, type DiskPatchFailure, parseDiskPatches } from '../../shared/disk-patches.ts';
import { buildFlashPlan, type FlashPlan, type PlanFailure } from '../../shared/flash-plan.ts';
import { RAWPROGRAM_MAX_BYTES } from '../../shared/limits.ts';
import { parseRawprogram, type RawprogramDisk, type RawprogramFailure } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { StagedPackage } from '../stage/staged-package.ts';
import { judgeStagedProgrammer, readStagedPartitions, type StagedImageFailure } from './staged-images.ts';

export type StagedPlanFailure =
  | StagedImageFailure
  | RawprogramFailure
  | DiskPatchFailure
  | { readonly reason: 'plan-refused'; readonly failures: readonly PlanFailure[] }
  | { readonly reason: 'release-contradicts-model'; readonly what: string };

/** Protected is what the model's entry *or* the release protects; geometry and method must agree in both. */
export async function planOf(
  staged: StagedPackage,
  entry: ModelEntry,
): Promise<Result<FlashPlan, StagedPlanFailure>> {
  const { manifest } = staged;
  const { storage, rawprogram, method } = manifest.flash;
  if (manifest.model !== entry.model) return err({ reason: 'release-contradicts-model', what: 'model' });
  if (method !== entry.flashMethod) return err({ reason: 'release-contradicts-model', what: 'flash method' });
  if (JSON.stringify(storage) !== JSON.stringify(entry.storage))
    return err({ reason: 'release-contradicts-model', what: 'storage geometry' });

  const file = manifest.files.find((candidate) => candidate.path === rawprogram);
  if (file === undefined) return err({ reason: 'file-missing', path: rawprogram });
  if (file.sizeBytes > RAWPROGRAM_MAX_BYTES) {
    return err({ reason: 'rawprogram-too-large', bytes: file.sizeBytes, maxBytes: RAWPROGRAM_MAX_BYTES });
  }
  const xml = await staged.readFile(rawprogram, 0, file.sizeBytes);
  if (!xml.ok) return xml;
  const disk = storage.type === 'emmc' ? storage : null;
  const commands = parseRawprogram(fromUtf8(xml.value) ?? '', disk);
  if (!commands.ok) return commands;
  const patches = disk === null ? ok([]) : await readStagedPatches(staged, disk);
  if (!patches.ok) return patches;
  const protectedRanges = unionOf(entry.protectedRanges, manifest.protectedRanges);
  const plan = buildFlashPlan({
    commands: commands.value,
    storage,
    protectedRanges,
    directory: rawprogram.slice(0, Math.max(0, rawprogram.lastIndexOf('/'))),
    fileSizeBytes: (path) => manifest.files.find((candidate) => candidate.path === path)?.sizeBytes,
    patches: patches.value,
  });
  if (!plan.ok) return err({ reason: 'plan-refused', failures: plan.failure });
  const programmer = await judgeStagedProgrammer(staged);
  if (!programmer.ok) return programmer;
  const partitions = await readStagedPartitions(staged, plan.value);
  return partitions.ok ? ok(plan.value) : partitions;
}

async function readStagedPatches(
  staged: StagedPackage,
  disk: RawprogramDisk,
): Promise<Result<readonly DiskPatch[], StagedPlanFailure>> {
  const { files, flash } = staged.manifest;
  const patches: DiskPatch[] = [];
  for (const path of flash.patches) {
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined) return err({ reason: 'file-missing', path });
    const xml = await staged.readFile(path, 0, Math.min(file.sizeBytes, RAWPROGRAM_MAX_BYTES + 1));
    if (!xml.ok) return xml;
    const parsed = parseDiskPatches(fromUtf8(xml.value) ?? '', path, disk);
    if (!parsed.ok) return parsed;
    patches.push(...parsed.value);
  }
  return ok(patches);
}

/** Both say the same as a rule; then each range stands once. */
function unionOf(
  ours: readonly ProtectedRange[],
  theirs: readonly ProtectedRange[],
): readonly ProtectedRange[] {
  const isNew = (range: ProtectedRange) =>
    !ours.some(
      ({ name, startSector, sectorCount }) =>
        name === range.name && startSector === range.startSector && sectorCount === range.sectorCount,
    );
  return [...ours, ...theirs.filter(isNew)];
}
