/**
 * How an attempt ended, on persistent storage before anything else is told (P10): what happened, what state the
 * modem is in, what to do next.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { toBase64 } from '../../shared/bytes.ts';
import { modelIdSchema } from '../../shared/catalogue.ts';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';
import { MODEM_STATES, OUTCOMES, type Report, UPDATE_STEPS } from '../../shared/telemetry.ts';
import type { Attempt } from '../update/journal.ts';
import type { DeviceIdentity } from './device-key.ts';
import { UPDATER_VERSION } from './updater-version.ts';

export const verdictSchema = z.strictObject({
  format: z.literal('cistern-verdict/1'),
  /** Of this verdict: an attempt that is resumed gets a verdict each time it ends. */
  id: z.uuid(),
  attemptId: z.uuid(),
  modemKey: z.string(),
  model: modelIdSchema,
  /** null: it was found in emergency download mode and could not say. */
  fromVersion: versionTextSchema.nullable(),
  toVersion: versionTextSchema,
  outcome: z.enum(OUTCOMES),
  lastStep: z.enum(UPDATE_STEPS),
  reason: z.string().nullable(),
  modemState: z.enum(MODEM_STATES),
  what: z.string(),
  state: z.string(),
  next: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  fetchedBytes: z.int().nonnegative(),
  programmedBytes: z.int().nonnegative(),
  flashAttempts: z.int().nonnegative(),
  /** Blocks that the programmer passed over: flash that wears out. Absent where none was heard of. */
  badBlocks: z.int().positive().optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

export function verdictPath(stateDir: string, modemKey: string): string {
  return join(stateDir, 'verdicts', `${modemKey}.json`);
}

/** The last verdict on this modem; null where there is none that can be read. */
export async function readVerdict(stateDir: string, modemKey: string): Promise<Verdict | null> {
  const text = await readFile(verdictPath(stateDir, modemKey), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const verdict = verdictSchema.safeParse(JSON.parse(text));
    return verdict.success ? verdict.data : null;
  } catch {
    return null;
  }
}

/** What of a verdict travels: closed words, versions and numbers (P11). */
export function reportOf(verdict: Verdict, identity: DeviceIdentity): Report {
  const { model, fromVersion, toVersion, outcome, lastStep, reason, modemState } = verdict;
  const { startedAt, endedAt, fetchedBytes, programmedBytes, flashAttempts } = verdict;
  return {
    format: 'cistern-report/1',
    id: verdict.id,
    deviceId: identity.deviceId,
    deviceKey: toBase64(identity.publicKey),
    model,
    fromVersion,
    toVersion,
    outcome,
    lastStep,
    reason,
    modemState,
    startedAt,
    endedAt,
    fetchedBytes,
    programmedBytes,
    flashAttempts,
    updaterVersion: UPDATER_VERSION,
  };
}

/** The parts of a verdict that its journal knows. */
export function verdictOf(
  attempt: Attempt,
  end: Pick<Verdict, 'id' | 'outcome' | 'reason' | 'modemState' | 'what' | 'state' | 'next' | 'endedAt'>,
): Verdict {
  const { attemptId, modemKey, model, fromVersion, toVersion, startedAt } = attempt;
  const { fetchedBytes, programmedBytes, flashAttempts, badBlocks } = attempt;
  return {
    format: 'cistern-verdict/1',
    attemptId,
    modemKey,
    model,
    fromVersion,
    toVersion,
    lastStep: attempt.step,
    startedAt,
    fetchedBytes,
    programmedBytes,
    flashAttempts,
    ...(badBlocks === undefined ? {} : { badBlocks }),
    ...end,
  };
}
