/** Puts back, by AT commands, what a new firmware changed of the modem's settings; the modem says how it ended (P7). */
import { ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { askAt } from '../modem/at.ts';
import { type Restoration, restorationsOf } from '../modem/restorations.ts';
import { type Snapshot, takeSnapshot } from '../modem/snapshot.ts';
import type { AttemptEnd, FlashOptions, ModemPorts } from './attempt.ts';
import { awaitReturn, confirmUpdate } from './confirm.ts';
import { type Attempt, readAttempt } from './journal.ts';
import { PUT_BACK_ROUNDS_MAX } from './limits.ts';

/** The end of an attempt whose modem runs the new firmware worse than the old, where a person asked for its settings. */
export async function endWithSettings(
  end: AttemptEnd,
  { snapshot, toVersion }: Pick<Attempt, 'snapshot' | 'toVersion'>,
  { restoreSettings }: Pick<FlashOptions, 'restoreSettings'>,
  ports: ModemPorts,
): Promise<AttemptEnd> {
  if (!restoreSettings || snapshot === null || end.failure?.reason !== 'worse-than-before') return end;
  const put = await putBack(snapshot, ports);
  const confirmed = put.ok ? await confirmUpdate({ version: toVersion, snapshot }, ports) : put;
  if (confirmed.ok) return { outcome: 'updated', modemState: 'normal', failure: null };
  return { ...end, failure: confirmed.failure };
}

/**
 * The same after the attempt has ended: by the snapshot that its journal keeps, where the modem runs what it was given.
 * The caller holds the lock and has made the machine ready.
 */
export async function putBackLater(version: string, ports: ModemPorts): Promise<Result<void, UpdateFailure>> {
  const { events, stateDir, door } = ports;
  const last = await readAttempt(stateDir, door.key);
  if (!last.ok) return last;
  const snapshot = last.value?.toVersion === version ? last.value.snapshot : null;
  if (snapshot !== null) return putBack(snapshot, ports);
  events.onNote('no snapshot of this modem from before an update to this version: nothing is put back');
  return ok();
}

/** What needs a restart comes first, and may change the rest: so what is still worse is put back once more. */
async function putBack(before: Snapshot, ports: ModemPorts): Promise<Result<void, UpdateFailure>> {
  const { door, events } = ports;
  for (let round = 0; round < PUT_BACK_ROUNDS_MAX; round++) {
    const identity = await awaitReturn(ports);
    if (!identity.ok) return identity;
    const now = await takeSnapshot(door, identity.value);
    if (!now.ok) return now;
    const todo = restorationsOf(before, now.value);
    if (todo.length === 0) {
      if (round === 0)
        events.onNote('nothing that AT commands could put back is worse than before the update');
      return ok();
    }
    const sent = await send(todo, ports);
    if (!sent.ok) return sent;
  }
  return ok();
}

async function send(todo: readonly Restoration[], ports: ModemPorts): Promise<Result<void, UpdateFailure>> {
  const at = await ports.door.openAt();
  if (!at.ok) return at;
  for (const { what, commands } of todo) {
    for (const command of commands) {
      const asked = await askAt(at.value, command);
      if (!asked.ok) {
        await at.value.close();
        return asked;
      }
      const said = asked.value.lines === null ? 'the modem refused it' : 'done';
      ports.events.onNote(`putting back ${what}: ${command}: ${said}`);
    }
  }
  const needsRestart = todo.some((restoration) => restoration.needsRestart);
  // It answers or is gone before it could.
  if (needsRestart) await askAt(at.value, 'AT+CFUN=1,1');
  await at.value.close();
  if (needsRestart) await untilGone(ports);
  return ok();
}

/** A modem that was told to restart still answers for a while, with what it was. */
async function untilGone({ door, clock, timings }: ModemPorts): Promise<void> {
  const deadlineMs = clock.nowMs() + timings.reenumerationMs;
  while (clock.nowMs() < deadlineMs) {
    const opened = await door.open();
    if (!opened.ok) return;
    await opened.value.pipe.close();
    await clock.sleep(timings.lookIntervalMs);
  }
}
