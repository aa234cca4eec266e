/** One verification from the pinned root: what is right is kept, then time is judged. */
import type { TargetFile } from '@tufjs/models';
import { err, ok, type Result } from '../../shared/result.ts';
import { judgeTime } from './clock-guard.ts';
import { findExpired } from './expiry.ts';
import { runUpdater, type UpdaterRun } from './run-updater.ts';
import type { TrustFailure } from './trust-failure.ts';
import { saveTrusted, type TrustedFiles, type TrustedState } from './trusted-state.ts';

export type Verification = Omit<UpdaterRun, 'state'> & {
  /** Where the state lies. */
  readonly directory: string;
  readonly state: TrustedState;
  /** The device's clock. */
  readonly nowMs: () => number;
  /** Of the source's dates; see `TimeEvidence`. */
  readonly isServerDateProved: boolean;
};

export type Verified = {
  /** By role, as one whole. */
  readonly files: TrustedFiles;
  /** What was looked up and found, by path. */
  readonly targets: ReadonlyMap<string, TargetFile>;
  /** The instant that expiries were judged by; never before the device's clock. */
  readonly nowMs: number;
};

/** `state` is what is kept from now on, also where the whole was refused. Throws system errors of the directory. */
export async function verifyMetadata(
  verification: Verification,
): Promise<{ readonly state: TrustedState; readonly verified: Result<Verified, TrustFailure> }> {
  const { directory, state, pinned, source, nowMs, isServerDateProved } = verification;
  const { roots, files, targets, failure } = await runUpdater(verification);
  const time = (): Result<Verified, TrustFailure> => {
    const judged = judgeTime({
      nowMs: nowMs(),
      serverDateMs: source.dateMs(),
      isServerDateProved,
      timestampText: files.timestamp ?? '',
    });
    if (!judged.ok) return judged;
    const expired = findExpired({ root: roots.at(-1) ?? pinned.text, files }, judged.value);
    return expired === null ? ok({ files, targets, nowMs: judged.value }) : err(expired);
  };
  const verified = failure === null ? time() : err(failure);

  const isAsBefore = JSON.stringify(files) === JSON.stringify(state.files);
  const isWhole = verified.ok || (isAsBefore && state.isWhole);
  const next = { ...state, roots: [...roots], files, isWhole };
  // An unchanged poll wears no flash.
  if (JSON.stringify(next) !== JSON.stringify(state)) await saveTrusted(directory, next);
  return { state: next, verified };
}
