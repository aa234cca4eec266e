/**
 * The end of an attempt that failed before the first erase: the modem is brought back to normal mode, and says
 * itself that it is as it was (P3). Without that proof the attempt stays unfinished, and the next run goes on.
 */
import type { UpdateFailure } from '../failure.ts';
import { findWorse, takeSnapshot } from '../modem/snapshot.ts';
import type { AttemptEnd, UpdatePorts } from './attempt.ts';
import { awaitIdentity } from './confirm.ts';
import type { Journal } from './journal.ts';
import { leaveEdl } from './leave-edl.ts';
import { isBeyondGateOne } from './steps.ts';

export async function backToNormal(
  failure: UpdateFailure,
  journal: Journal,
  ports: UpdatePorts,
): Promise<AttemptEnd> {
  if (journal.attempt.flashTouched) throw new Error('flash was touched: there is no way back');
  if (isBeyondGateOne(journal.attempt.step)) {
    const left = await leaveEdl(ports.door, ports);
    if (!left.ok) {
      const modemState = left.failure.reason === 'modem-stays-in-edl' ? 'edl' : 'unknown';
      return { outcome: 'unfinished', modemState, failure };
    }
  }
  const proved = await proveUnchanged(journal, ports);
  if (proved === null) return { outcome: 'unchanged', modemState: 'normal', failure };
  // Nothing was sent that could change it, so what fails here is the proof.
  return {
    outcome: isBeyondGateOne(journal.attempt.step) ? 'unfinished' : 'unchanged',
    modemState: 'unknown',
    failure,
  };
}

/** null when the modem shows its old version and nothing is worse than in the snapshot. */
async function proveUnchanged(journal: Journal, ports: UpdatePorts): Promise<UpdateFailure | null> {
  const { fromVersion, snapshot } = journal.attempt;
  const identity = await awaitIdentity(ports);
  if (!identity.ok) return identity.failure;
  const after = identity.value.version.text;
  if (after !== fromVersion) return { reason: 'modem-changed-meanwhile', before: fromVersion, after };
  if (snapshot === null) return null;
  const now = await takeSnapshot(ports.door, identity.value);
  if (!now.ok) return now.failure;
  const differences = findWorse(snapshot, now.value).filter(
    (difference) => difference.what !== 'registration' && difference.what !== 'attached',
  );
  return differences.length === 0 ? null : { reason: 'worse-than-before', differences };
}
