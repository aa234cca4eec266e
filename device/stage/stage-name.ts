/**
 * What a stage is called, on a disk by its directory and in memory by its record: by package and modem, so that no run
 * removes or writes what another modem is flashed from. Chunks prove themselves: what lies on a disk for one modem may
 * be read for every other.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './error-code.ts';
import { MODEM_HASH_CHARS, STALE_STAGES_MAX } from './limits.ts';
import { SHARED_PREFIX } from './stage-wish.ts';

/** `<version>-for-<hash of the modem's key>`: a key may hold what a FAT filesystem does not take. */
export function stageName(version: string, modemKey: string): string {
  return version + endingOf(modemKey);
}

export function isStageNameFor(modemKey: string, name: string): boolean {
  return name.endsWith(endingOf(modemKey));
}

function endingOf(modemKey: string): string {
  return `-for-${createHash('sha256').update(modemKey).digest('hex').slice(0, MODEM_HASH_CHARS)}`;
}

/** The version that a directory of this name holds; null for what is no stage. */
export function versionOfDiskStage(directoryName: string): string | null {
  if (!directoryName.startsWith(SHARED_PREFIX)) return null;
  return directoryName.slice(SHARED_PREFIX.length).replace(/-for-[0-9a-f]+$/, '');
}

/** Directories below `parent` that hold chunks of a version, for whichever modem. */
export async function diskStagesOf(parent: string, version: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && versionOfDiskStage(entry.name) === version)
      .map(({ name }) => join(parent, name))
      .slice(0, STALE_STAGES_MAX);
  } catch (error) {
    codeOf(error);
    return [];
  }
}
