/**
 * The end of an attempt that failed before the first erase: the modem is brought back to normal mode, and says
 * itself that it is as it was (P3). While it says nothing the attempt stays unfinished, and the next run goes on.
 */
import { ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { type Difference, findWorse, takeSnapshot } from '../modem/snapshot.ts';
import type { AttemptEnd, ModemPorts } from './attempt.ts';
import { awaitIdentity, awaitReturn } from './confirm.ts';
import { isGoneOrMute } from './gone-or-mute.ts';
import type { Journal } from './journal.ts';
import { type LeaveFailure, leaveEdl } from './leave-edl.ts';
import { seenState } from './seen-state.ts';
import { isBeyondGateOne } from './steps.ts';

export async function backToNormal(
  failure: UpdateFailure,
  journal: Journal,
  ports: ModemPorts,
): Promise<AttemptEnd> {
  if (journal.attempt.flashTouched) throw new Error('flash was touched: there is no way back');
  const before = journal.attempt.fromVersion;
  // It was found in EDL and did not start: as it was found is as it was.
  if (before === null) return { outcome: 'unchanged', modemState: await seenState(ports), failure };
  if (isBeyondGateOne(journal.attempt.step)) {
    const left = await leaveEdl(ports.door, ports);
    const renewed =
      left.ok || !isGoneOrMute(left.failure) ? ok(false) : await ports.surroundings.renewPower();
    if (!renewed.ok) return { outcome: 'unfinished', modemState: 'absent', failure: renewed.failure };
    if (!left.ok && !renewed.value) {
      const modemState = IN_EDL.has(left.failure.reason) ? 'edl' : 'unknown';
      return { outcome: 'unfinished', modemState, failure };
    }
  }
  const asked = await askModem(journal, ports);
  if (asked.ok) {
    const { version, differences } = asked.value;
    for (const { what, before, after } of differences)
      ports.events.onNote(`${what} was "${before}" before this attempt and is "${after}" now`);
    if (version === before) return { outcome: 'unchanged', modemState: 'normal', failure };
    // Somebody else has flashed it. This attempt is over all the same: it wrote nothing, and nothing of it is left.
    const changed = { reason: 'modem-changed-meanwhile', before, after: version } as const;
    return { outcome: 'unchanged', modemState: 'normal', failure: changed };
  }
  ports.events.onNote(`the modem could not be asked whether it is as before (${asked.failure.reason})`);
  return {
    outcome: isBeyondGateOne(journal.attempt.step) ? 'unfinished' : 'unchanged',
    modemState: 'unknown',
    failure,
  };
}

const IN_EDL: ReadonlySet<string> = new Set<LeaveFailure['reason']>([
  'modem-stays-in-edl',
  'modem-silent-in-edl',
]);

type Proof = { readonly version: string; readonly differences: readonly Difference[] };

/** The network may need minutes to be as good as before; what else is worse was not our doing, but worth knowing. */
async function askModem(
  { attempt: { step, snapshot } }: Journal,
  ports: ModemPorts,
): Promise<Result<Proof, UpdateFailure>> {
  // One that this attempt has asked for nothing yet keeps its power, whatever it says.
  const identity = await (isBeyondGateOne(step) ? awaitReturn(ports) : awaitIdentity(ports));
  if (!identity.ok) return identity;
  const version = identity.value.version.text;
  if (snapshot === null) return ok({ version, differences: [] });
  const now = await takeSnapshot(ports.door, identity.value);
  if (!now.ok) return now;
  const differences = findWorse(snapshot, now.value).filter(
    (difference) => difference.what !== 'registration' && difference.what !== 'attached',
  );
  return ok({ version, differences });
}
