/**
 * `cistern rescue`: brings a modem back, from EDL, from a crash dump, from the middle of an update. What the journal
 * knows is finished; else a reset is tried, which a whole flash survives; and only then, and only when it was told
 * which firmware the modem is to get, something is written.
 */

import type { ModelEntry } from '../../shared/catalogue.ts';
import { judgeStep } from '../../shared/compatibility.ts';
import { parseFirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { type Identity, identify } from '../modem/identify.ts';
import type { FlashOptions, FlashPorts, UpdateResult } from './attempt.ts';
import { awaitModem } from './await-modem.ts';
import { carryOut } from './carry-out.ts';
import { clearUpAfterDeadRuns, clearUpAfterEnd } from './clear-up.ts';
import { conclude } from './conclude.ts';
import { awaitIdentity } from './confirm.ts';
import { isGoneOrMute } from './gone-or-mute.ts';
import { type Attempt, isUnfinished, journalPath, readAttempt, writeDurably } from './journal.ts';
import { removeJournaled } from './keep-copy.ts';
import { leaveFastboot } from './leave-fastboot.ts';
import { takeLock } from './lock.ts';
import { openAttempt } from './open-attempt.ts';
import type { PackageOrigin } from './package-origin.ts';
import { putBackLater } from './put-back.ts';
import { type MayReset, type ResetEnd, type ResetFailure, resetAlone } from './reset-to-normal.ts';
import { resumeAttempt } from './resume.ts';
import { forgetSpent } from './spent-bytes.ts';
import { isBeforeGateOne } from './steps.ts';

/** What a person says that the modem is, and is to get. */
export type RescueFirmware = {
  readonly model: ModelId;
  readonly version: string;
  /** Asked for only when something has to be written. */
  readonly open: (
    signal: AbortSignal,
  ) => Promise<Result<{ readonly origin: PackageOrigin; readonly entry: ModelEntry }, UpdateFailure>>;
};

export type RescueFailure =
  | { readonly reason: 'rescue-needs-firmware'; readonly where: string }
  | {
      readonly reason: 'rescue-contradicts-journal';
      readonly journal: string;
      readonly wanted: string;
      readonly because: string;
    };

export type RescueResult =
  | UpdateResult
  /** It starts by itself, or does again: nothing was written. `found` is null where an attempt was taken up. */
  | { readonly kind: 'starts'; readonly identity: Identity; readonly found: ResetEnd['found'] | null };

export async function rescue(
  firmware: RescueFirmware | null,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<RescueResult> {
  const lock = await takeLock(ports.stateDir, ports.door.key, ports.processes);
  if (!lock.ok) return refused(lock.failure);
  try {
    const last = await readAttempt(ports.stateDir, ports.door.key);
    if (!last.ok) return refused(last.failure);
    const left = last.value !== null && isUnfinished(last.value) ? last.value : null;
    await clearUpAfterDeadRuns({ isGoingOn: left !== null }, ports);
    const result = await ports.surroundings.around(() => rescueReady(left, firmware, options, ports, signal));
    if (result.kind === 'attempted' && result.verdict.outcome === 'updated') {
      await removeJournaled(ports);
      await forgetSpent(ports);
    }
    await clearUpAfterEnd(result, ports);
    return result;
  } finally {
    await lock.value.release();
  }
}

/** The modem lies there already: no check but other flashers keeps a person from helping it. */
async function rescueReady(
  left: Attempt | null,
  firmware: RescueFirmware | null,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<RescueResult> {
  const flashTouched = left?.flashTouched ?? false;
  const ready = await ports.surroundings.makeReadyToFinish({ goesOnRegardless: flashTouched });
  if (!ready.ok) return refused(ready.failure);
  if (left !== null) return finishAttempt(left, firmware, options, ports, signal);
  return rescueUnknown(firmware, options, ports, signal);
}

function refused(failure: UpdateFailure): RescueResult {
  return { kind: 'refused', failure };
}

async function finishAttempt(
  left: Attempt,
  firmware: RescueFirmware | null,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<RescueResult> {
  const resumed = await resumeAttempt(left, options, ports, signal);
  if (resumed.kind !== 'attempted') return resumed;
  const { outcome, modemState, flashAttempts } = resumed.verdict;
  if (outcome === 'unchanged') {
    if (modemState !== 'normal') return rescueUnknown(firmware, options, ports, signal);
    const identity = await identify(ports.door, ports, signal);
    return identity.ok ? { kind: 'starts', identity: identity.value, found: null } : resumed;
  }
  const couldNotBegin =
    outcome === 'unfinished' && modemState === 'edl' && flashAttempts === left.flashAttempts;
  const saidNo = resumed.failure?.reason === 'not-wanted-by-user' || signal.aborted;
  if (firmware === null || !couldNotBegin || saidNo) return resumed;
  ports.events.onNote('the package of that attempt cannot be had any more; taking the one that was given');
  return replaceAttempt(left, firmware, options, ports, signal);
}

/** The package of an unfinished attempt is lost: another takes its place, from the first erase on. */
async function replaceAttempt(
  left: Attempt,
  firmware: RescueFirmware,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<RescueResult> {
  const opened = await firmware.open(signal);
  if (!opened.ok) return refused(opened.failure);
  const { origin, entry } = opened.value;
  const fits = judgeReplacement(left, firmware, entry);
  if (!fits.ok) return refused(fits.failure);
  const { flashTouched, snapshot, fromVersion } = left;
  const result = await carryOutRescue(
    { firmware, origin, fromVersion, left: { flashTouched, snapshot } },
    options,
    ports,
    signal,
  );
  // It came to nothing before its own documents were kept: the journal says again what is known of the modem.
  if (result.kind === 'attempted' && isBeforeGateOne(result.verdict.lastStep))
    await writeDurably(journalPath(ports.stateDir, ports.door.key), JSON.stringify(left));
  return result;
}

/** Another firmware must be one that the modem could have been given before it was touched. */
function judgeReplacement(
  { model, fromVersion, toVersion }: Attempt,
  firmware: RescueFirmware,
  entry: ModelEntry,
): Result<void, RescueFailure> {
  const refuse = (because: string) => {
    const journal = `${model} ${fromVersion ?? 'unknown'} -> ${toVersion}`;
    const wanted = `${firmware.model} ${firmware.version}`;
    return err({ reason: 'rescue-contradicts-journal', journal, wanted, because } as const);
  };
  if (firmware.model !== model) return refuse('it is for another model');
  if (firmware.version === toVersion || firmware.version === fromVersion || fromVersion === null) return ok();
  const from = parseFirmwareVersion(fromVersion);
  const to = parseFirmwareVersion(firmware.version);
  if (!from.ok || !to.ok) return refuse('a version cannot be read');
  const step = judgeStep(from.value, to.value, entry, { version: firmware.version, installableFrom: [] });
  return step.verdict === 'fits' ? ok() : refuse(step.reasons.map(({ sentence }) => sentence).join(' '));
}

/** No journal speaks of it: a modem whose flash is whole starts when it is reset. */
async function rescueUnknown(
  firmware: RescueFirmware | null,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<RescueResult> {
  const { where } = ports.door;
  const reset = await resetOrRenew(ports, signal);
  if (reset.ok) {
    const { identity, found } = reset.value;
    const put = options.restoreSettings ? await putBackLater(identity.version.text, ports) : ok();
    return put.ok ? { kind: 'starts', identity, found } : refused(put.failure);
  }
  // A programmer that waits for the rest of an image: somebody has begun to flash it, and it can be gone on from there.
  const isHalfWritten = reset.failure.reason === 'modem-silent-in-edl' && firmware !== null;
  if (reset.failure.reason !== 'modem-does-not-start' && !isHalfWritten) return refused(reset.failure);
  if (firmware === null) return refused({ reason: 'rescue-needs-firmware', where });
  ports.events.onNote(`it does not start by itself: it is given ${firmware.version}`);
  const opened = await firmware.open(signal);
  if (!opened.ok) return refused(opened.failure);
  return carryOutRescue(
    {
      firmware,
      origin: opened.value.origin,
      fromVersion: null,
      left: { flashTouched: isHalfWritten, snapshot: null },
    },
    options,
    ports,
    signal,
  );
}

/** Reset; where it is not there, does not answer, or is in a mode of its own, its power is renewed, once. */
async function resetOrRenew(ports: FlashPorts, signal: AbortSignal): Promise<Result<ResetEnd, ResetFailure>> {
  const { door, timings, clock, events, surroundings } = ports;
  const mayReset: MayReset = async ({ state }) => {
    events.onNote(`${door.where} is in ${state}; first it is reset, which writes nothing`);
    return true;
  };
  const reset = await resetAlone(ports, mayReset, signal);
  if (reset.ok || !isHelpedByPower(reset.failure)) return reset;
  if (isInFastboot(reset.failure) && (await leaveFastboot(ports, signal))) {
    events.onNote(`${door.where} was in fastboot; it was told to restart, which writes nothing`);
    await awaitIdentity(ports);
    return resetAlone(ports, mayReset, signal);
  }
  const renewed = await surroundings.renewPower();
  if (!renewed.ok) return renewed;
  if (!renewed.value) return reset;
  const { returnMs: timeoutMs, lookIntervalMs: intervalMs } = timings;
  const back = await awaitModem(door, { timeoutMs, intervalMs, isAwaited: () => true, clock }, signal);
  if (!back.ok) return reset;
  await back.value.pipe.close();
  return resetAlone(ports, mayReset, signal);
}

function isInFastboot(failure: ResetFailure): boolean {
  return failure.reason === 'modem-cannot-be-reset' && failure.state === 'fastboot';
}

/** A programmer that waits for the rest of an image keeps its power: where it stopped, others can go on. */
function isHelpedByPower(failure: ResetFailure): boolean {
  if (failure.reason === 'modem-cannot-be-reset') return failure.state !== 'not-qualcomm';
  return failure.reason !== 'modem-silent-in-edl' && isGoneOrMute(failure);
}

async function carryOutRescue(
  order: {
    readonly firmware: RescueFirmware;
    readonly origin: PackageOrigin;
    readonly fromVersion: string | null;
    readonly left: Pick<Attempt, 'flashTouched' | 'snapshot'>;
  },
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const { firmware, origin, fromVersion, left } = order;
  const { model, version: toVersion } = firmware;
  const journal = await openAttempt({ model, fromVersion, toVersion, origin: origin.recorded, left }, ports);
  if (!journal.ok) return { kind: 'refused', failure: journal.failure };
  const attempt = { identity: null, origin, journal: journal.value, options, window: null, ports };
  const end = await carryOut(attempt, signal);
  return conclude(end, journal.value, ports, signal);
}
