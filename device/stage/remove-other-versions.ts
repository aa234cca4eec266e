/** What earlier runs staged or copied on a disk for the same hardware, and nothing needs any more. */
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { codeOf } from './error-code.ts';
import { STALE_STAGES_MAX } from './limits.ts';
import { isOwnDirectory } from './own-directory.ts';
import type { StagePlatform } from './platform.ts';
import { type Removal, removeStages } from './stage.ts';
import { versionOfDiskStage } from './stage-name.ts';

export type OtherVersions = {
  /** The directory that was named for stages or copies. */
  readonly parent: string;
  /** The version that is wanted now. What lies there for other hardware is not ours to judge. */
  readonly version: string;
  /** Versions that attempts on other modems still need. */
  readonly needed: readonly string[];
  readonly platform: StagePlatform;
};

/** A parent that cannot be read holds nothing that we could remove. */
export async function removeOtherVersions(wish: OtherVersions): Promise<Removal> {
  const directories = await otherVersions(wish);
  return removeStages(
    directories.map((directory) => ({ directory, kind: 'disk' })),
    wish.platform,
  );
}

async function otherVersions({ parent, version, needed }: OtherVersions): Promise<readonly string[]> {
  const wanted = parseFirmwareVersion(version);
  if (!wanted.ok) return [];
  const { hardware, flash } = wanted.value;
  const isOther = (name: string) => {
    const staged = parseFirmwareVersion(versionOfDiskStage(name) ?? '');
    if (!staged.ok || needed.includes(staged.value.text)) return false;
    const { text, ...its } = staged.value;
    return text !== version && its.hardware === hardware && its.flash === flash;
  };
  try {
    const real = await realpath(parent);
    const directories = (await readdir(real)).filter(isOther).map((name) => join(real, name));
    const ours = await Promise.all(directories.map((directory) => isOwnDirectory(directory)));
    return directories.filter((_, i) => ours[i]).slice(0, STALE_STAGES_MAX);
  } catch (error) {
    codeOf(error);
    return [];
  }
}
