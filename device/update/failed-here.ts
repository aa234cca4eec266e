/**
 * Releases that failed on this modem, on persistent storage: an updater that runs every night must not put a modem into
 * emergency download mode every night for the same end. A person who names the version tries it again.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { versionTextSchema } from '../../shared/firmware-version-schema.ts';
import { ok, type Result } from '../../shared/result.ts';
import { UPDATE_STEPS } from '../../shared/telemetry.ts';
import { readJsonFile } from '../json-file.ts';
import type { Verdict } from '../report/verdict.ts';
import { type JournalFailure, writeDurably } from './journal.ts';
import { FAILED_RELEASES_MAX, FAILURES_IN_EDL_MAX, JOURNAL_MAX_BYTES } from './limits.ts';

const failedSchema = z.strictObject({
  fromVersion: versionTextSchema,
  toVersion: versionTextSchema,
  /** Attempts that entered EDL and came to nothing; one that the modem did not confirm weighs as many as are borne. */
  failures: z.int().positive(),
  /** All of it was written and the modem did not confirm it: from whatever version, it is not tried again. */
  wasFlashed: z.literal(true).optional(),
  reason: z.string().max(64).nullable(),
  lastAt: z.iso.datetime(),
});
export type FailedHere = z.infer<typeof failedSchema>;

const fileSchema = z.strictObject({
  format: z.literal('cistern-failed/1'),
  releases: z.array(failedSchema).max(FAILED_RELEASES_MAX),
});

/** Versions that runs which nobody watches leave alone on a modem that runs `installed`. */
export async function givenUpHere(
  stateDir: string,
  modemKey: string,
  installed: string,
): Promise<readonly string[]> {
  const failed = await readFailedHere(stateDir, modemKey);
  return failed
    .filter(
      ({ fromVersion, failures, wasFlashed }) =>
        wasFlashed || (fromVersion === installed && failures >= FAILURES_IN_EDL_MAX),
    )
    .map(({ toVersion }) => toVersion);
}

/** Newest last. A file that cannot be read holds nothing back. */
export async function readFailedHere(stateDir: string, modemKey: string): Promise<readonly FailedHere[]> {
  const file = await readJsonFile(pathOf(stateDir, modemKey), fileSchema, { maxBytes: JOURNAL_MAX_BYTES });
  return file?.releases ?? [];
}

/** Writes only where the verdict changes something. */
export async function rememberEnd(stateDir: string, verdict: Verdict): Promise<Result<void, JournalFailure>> {
  const before = await readFailedHere(stateDir, verdict.modemKey);
  const releases = afterVerdict(before, verdict);
  if (releases === before) return ok();
  const file = { format: 'cistern-failed/1', releases };
  return writeDurably(pathOf(stateDir, verdict.modemKey), JSON.stringify(file));
}

/** What is remembered after an attempt; the same list where it says nothing of the release. */
export function afterVerdict(before: readonly FailedHere[], verdict: Verdict): readonly FailedHere[] {
  const { fromVersion, toVersion, reason, endedAt: lastAt } = verdict;
  if (fromVersion === null) return before;
  if (verdict.outcome === 'updated') {
    const others = before.filter((failed) => failed.toVersion !== toVersion);
    return others.length === before.length ? before : others;
  }
  const weight = weightOf(verdict);
  if (weight === 0) return before;
  const isOfStep = (failed: FailedHere) =>
    failed.fromVersion === fromVersion && failed.toVersion === toVersion;
  const known = before.find(isOfStep);
  const failures = (known?.failures ?? 0) + weight;
  const flashed = verdict.outcome === 'unconfirmed' || known?.wasFlashed ? { wasFlashed: true as const } : {};
  const failed = { fromVersion, toVersion, failures, reason, lastAt, ...flashed };
  return [...before.filter((each) => each !== known), failed].slice(-FAILED_RELEASES_MAX);
}

const IN_EDL = UPDATE_STEPS.indexOf('loading-programmer');

/** One in EDL may be a bad cable; a firmware that a modem started and did not confirm is not. */
function weightOf({ outcome, lastStep, reason }: Verdict): number {
  if (outcome === 'unconfirmed') return FAILURES_IN_EDL_MAX;
  if (outcome !== 'unchanged' || reason === 'interrupted' || reason === 'broken-off-before-erase') return 0;
  return UPDATE_STEPS.indexOf(lastStep) >= IN_EDL ? 1 : 0;
}

function pathOf(stateDir: string, modemKey: string): string {
  return join(stateDir, 'failed', `${modemKey}.json`);
}
