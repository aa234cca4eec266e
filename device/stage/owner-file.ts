/** Which process a stage belongs to: a file beside it, because a mounted directory cannot be renamed. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './error-code.ts';
import type { StagePlatform } from './platform.ts';

export const OWNER_SUFFIX = /\.owner$/;

export function ownerFile(directory: string): string {
  return `${directory}.owner`;
}

/** A new directory of a name nobody else has, owned before it exists, so that no other run takes it for stale. */
export async function claimDirectory(
  parent: string,
  prefix: string,
  platform: StagePlatform,
): Promise<string> {
  const directory = join(parent, prefix + randomBytes(6).toString('hex'));
  await writeFile(ownerFile(directory), ownerLine(platform), { mode: 0o600, flag: 'wx' });
  await mkdir(directory, { mode: 0o700 });
  return directory;
}

/** Takes over a stage that an earlier process left. */
export async function ownStage(directory: string, platform: StagePlatform): Promise<void> {
  await writeFile(ownerFile(directory), ownerLine(platform), { mode: 0o600 });
}

/** Whether a process that is still running holds the stage. */
export async function isOwned(directory: string, platform: StagePlatform): Promise<boolean> {
  try {
    const processId = Number(await readFile(ownerFile(directory), 'utf8'));
    return Number.isSafeInteger(processId) && processId > 0 && platform.processIsAlive(processId);
  } catch (error) {
    codeOf(error);
    return false;
  }
}

function ownerLine(platform: StagePlatform): string {
  return `${platform.processId}\n`;
}
