/**
 * Where directories that were named for stages and copies lay when they were first used: a stick that is not plugged
 * in leaves its mount point on the router's own flash, which is small and wears out.
 */
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Result } from '../../shared/result.ts';
import { readJsonFile } from '../json-file.ts';
import { prepareStage } from '../stage/prepare-stage.ts';
import type { Stage } from '../stage/stage.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import type { StageWish } from '../stage/stage-wish.ts';
import type { ModemPorts } from './attempt.ts';
import { writeDurably } from './journal.ts';
import { DISKS_MAX_BYTES, NAMED_DISKS_MAX } from './limits.ts';

/** Mount point by directory. Not the device: the same stick gets another number each time it is plugged in. */
const disksSchema = z.strictObject({
  format: z.literal('cistern-disks/1'),
  mountPoints: z.record(z.string().max(4096), z.string().startsWith('/').max(1000)),
});
type MountPoints = z.infer<typeof disksSchema>['mountPoints'];

/** A stage as it is wished, on the mount that it was on the last time. */
export async function prepareStageWhereKnown(
  wish: StageWish,
  { stateDir, events }: Pick<ModemPorts, 'stateDir' | 'events'>,
  signal: AbortSignal,
): Promise<Result<Stage, StageFailure>> {
  if (wish.wanted === 'auto') return prepareStage(wish, signal);
  const directory = resolve(wish.wanted);
  const known = await readMountPoints(stateDir);
  const mountPoint = known[directory];
  const placed = { ...wish, stateDir, ...(mountPoint === undefined ? {} : { mountPoint }) };
  const stage = await prepareStage(placed, signal);
  if (!stage.ok || stage.value.proof.mountPoint === mountPoint) return stage;
  const { [directory]: _, ...others } = known;
  const latest = [...Object.entries(others), [directory, stage.value.proof.mountPoint] as const];
  const mountPoints = Object.fromEntries(latest.slice(-NAMED_DISKS_MAX));
  const text = JSON.stringify({ format: 'cistern-disks/1', mountPoints });
  const written = await writeDurably(disksPath(stateDir), text);
  if (!written.ok) events.onNote(`${written.failure.path} could not be written (${written.failure.why})`);
  return stage;
}

export function disksPath(stateDir: string): string {
  return join(stateDir, 'disks.json');
}

/** What cannot be read is written anew. */
async function readMountPoints(stateDir: string): Promise<MountPoints> {
  const disks = await readJsonFile(disksPath(stateDir), disksSchema, { maxBytes: DISKS_MAX_BYTES });
  return disks?.mountPoints ?? {};
}
