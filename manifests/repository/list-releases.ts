/** The releases of a verified model, newest first, with what their rollout says. */
import { compareFirmwareVersions, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { manifestName } from '../../shared/release.ts';
import { ok, type Result } from '../../shared/result.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { offerText } from '../rollout/edit-rollout.ts';
import { type ManifestFailure, readManifest } from './read-manifest.ts';
import type { VerifiedModel } from './verified-model.ts';

export type ListedRelease = {
  readonly version: string;
  readonly releasedOn: string;
  /** Of the package, unpacked and as it is downloaded. */
  readonly sizeBytes: number;
  readonly storedBytes: number;
  /** `5 %`, `5 % of beta`, `halted: …`, `recalled: …`, `not rolled out`. */
  readonly offered: string;
};

export async function listReleases(
  model: VerifiedModel,
  nowMs: number,
): Promise<Result<readonly ListedRelease[], ManifestFailure>> {
  const listed: ListedRelease[] = [];
  for (const version of releaseVersions(model)) {
    const manifest = await readManifest(model, version);
    if (!manifest.ok) return manifest;
    if (manifest.value === null) continue;
    const { releasedOn, package: content } = manifest.value;
    const { sizeBytes, storedBytes } = content;
    listed.push({ version, releasedOn, sizeBytes, storedBytes, offered: offeredOf(model, version, nowMs) });
  }
  return ok(listed);
}

/** Versions of the releases that the targets role lists, newest first. */
export function releaseVersions({ model, targets }: Pick<VerifiedModel, 'model' | 'targets'>): string[] {
  return Object.keys(targets)
    .filter((path) => path.endsWith('.caibx'))
    .map((path) => path.slice(path.lastIndexOf('/') + 1, -'.caibx'.length))
    .filter((version) => targets[targetPath(model, manifestName(version))] !== undefined)
    .map((version) => ({ version, parsed: parseFirmwareVersion(version) }))
    .sort((a, b) =>
      a.parsed.ok && b.parsed.ok ? compareFirmwareVersions(b.parsed.value, a.parsed.value) : 0,
    )
    .map(({ version }) => version);
}

function offeredOf({ rollout }: VerifiedModel, version: string, nowMs: number): string {
  const entry = rollout.releases.find((release) => release.version === version);
  if (entry === undefined) return 'not rolled out';
  return entry.state === 'running' ? offerText(entry, nowMs) : `${entry.state}: ${entry.why}`;
}
