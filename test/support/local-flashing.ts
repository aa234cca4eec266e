/** `flash PATH` and `rescue PATH` of a scenario: its modem, its state, and a package on a disk; no repository. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openLocalPackage } from '../../device/package/open-local-package.ts';
import type { UpdateResult } from '../../device/update/attempt.ts';
import { flashLocal } from '../../device/update/flash-local.ts';
import { type RescueResult, rescue } from '../../device/update/rescue.ts';
import { localFirmware } from '../../device/update/rescue-firmware.ts';
import { withoutUplink } from '../../device/update/uplink.ts';
import { must } from './local-release.ts';
import type { Scenario } from './scenario.ts';

export type LocalRun = {
  /** Where to stage; a directory of its own unless it is said. */
  readonly stage?: string;
  readonly ask?: (() => Promise<boolean>) | null;
};

const never = new AbortController().signal;

const newStage = () => mkdtemp(join(inject('repository').directory, 'local-stage-'));

/** `voucher` is there, so that the demonstration's step over a baseline fits. */
export async function flashFromDisk(
  { ports }: Scenario,
  path: string,
  { stage, ask = null }: LocalRun = {},
): Promise<UpdateResult> {
  const local = must(await openLocalPackage({ path }, never));
  const offline = withoutUplink(ports, { reason: 'package-not-found', path });
  const options = {
    stage: stage ?? (await newStage()),
    ask,
    accepted: [],
    restoreSettings: false,
    voucher: 'the test',
  };
  const result = await flashLocal(local, options, offline, never);
  await local.close();
  return result;
}

/** Without a path only the journal and a reset are tried. */
export async function rescueFromDisk(
  { ports }: Scenario,
  path: string | null,
  { stage, ask = null }: LocalRun = {},
): Promise<RescueResult> {
  const local = path === null ? null : must(await openLocalPackage({ path }, never));
  const offline = withoutUplink(ports, { reason: 'package-not-found', path: path ?? '' });
  const firmware = local === null ? null : localFirmware(local);
  const options = { stage: stage ?? (await newStage()), ask, accepted: [], restoreSettings: false };
  const result = await rescue(firmware, options, offline, never);
  await local?.close();
  return result;
}

export function endOfRescue(result: RescueResult): string {
  if (result.kind === 'starts') return 'starts';
  if (result.kind === 'refused') return `refused: ${result.failure.reason}`;
  if (result.kind === 'up-to-date') return 'up-to-date';
  const { outcome, reason } = result.verdict;
  return reason === null ? outcome : `${outcome}: ${reason}`;
}
