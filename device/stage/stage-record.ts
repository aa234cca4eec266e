/**
 * What stands beside a stage in memory: which process holds it, and what it holds. Beside it, because a mounted
 * directory cannot be renamed; put in place whole, because other runs read it.
 */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonFile } from '../json-file.ts';
import { livingOwner, ownerText } from '../process-table.ts';
import { STAGE_RECORD_MAX_BYTES } from './limits.ts';
import type { StagePlatform } from './platform.ts';
import { type StageProof, stageProofSchema } from './stage-proof.ts';

const recordSchema = z.strictObject({
  format: z.literal('cistern-stage/1'),
  /** As `ownerText` writes it; null once its run has left it to the next. */
  owner: z.string().max(120).nullable(),
  /** The package and its modem (`stage-name.ts`); null where no other run may take it up. */
  name: z.string().max(200).nullable(),
  /** Null until something is mounted there. */
  proof: stageProofSchema.nullable(),
  /** Uptime of the machine when this was written. */
  atUptimeMs: z.int().nonnegative(),
});
export type StageRecord = z.infer<typeof recordSchema>;

/** The second is there for as long as it takes to write the first. */
export const RECORD_SUFFIX = /\.owner(\.new)?$/;

export function recordFiles(directory: string): readonly [string, string] {
  return [`${directory}.owner`, `${directory}.owner.new`];
}

/** A new directory of a name nobody else has, owned before it exists, so that no other run takes it for stale. */
export async function claimDirectory(
  parent: string,
  prefix: string,
  platform: StagePlatform,
): Promise<string> {
  const directory = join(parent, prefix + randomBytes(6).toString('hex'));
  await holdStage(directory, { name: null, proof: null }, platform);
  await mkdir(directory, { mode: 0o700 });
  return directory;
}

/** This process holds it from now on. */
export function holdStage(
  directory: string,
  holds: Pick<StageRecord, 'name' | 'proof'>,
  platform: StagePlatform,
): Promise<void> {
  return writeRecord(directory, { ...holds, owner: ownerText(platform.processes) }, platform);
}

/** No process holds it: the next run for its name may. */
export async function leaveStage(proof: StageProof, platform: StagePlatform): Promise<void> {
  const { directory } = proof;
  const name = (await readRecord(directory))?.name ?? null;
  await writeRecord(directory, { name, proof, owner: null }, platform);
}

/** Null where nothing of this user's says what the directory holds. */
export async function readRecord(directory: string): Promise<StageRecord | null> {
  const [path] = recordFiles(directory);
  const found = await lstat(path).catch(() => null);
  if (!found?.isFile() || found.uid !== process.getuid?.()) return null;
  return readJsonFile(path, recordSchema, { maxBytes: STAGE_RECORD_MAX_BYTES });
}

/** Whether a process that is still running holds the stage. */
export function isHeld(record: StageRecord | null, { processes }: StagePlatform): boolean {
  return record !== null && record.owner !== null && livingOwner(record.owner, processes) !== null;
}

export async function removeRecord(directory: string): Promise<void> {
  for (const path of recordFiles(directory)) await rm(path, { force: true });
}

async function writeRecord(
  directory: string,
  record: Omit<StageRecord, 'format' | 'atUptimeMs'>,
  platform: StagePlatform,
): Promise<void> {
  const [path, written] = recordFiles(directory);
  const whole: StageRecord = { format: 'cistern-stage/1', ...record, atUptimeMs: platform.uptimeMs() };
  await rm(written, { force: true });
  await writeFile(written, JSON.stringify(whole), { mode: 0o600, flag: 'wx' });
  await rename(written, path);
}
