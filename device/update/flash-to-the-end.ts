/** From an opened modem in EDL to a verdict: flash, restart, confirm; flash again if it came back in EDL. */
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { FlashPlan } from '../../shared/flash-plan.ts';
import type { UpdateFailure } from '../failure.ts';
import type { Stage } from '../stage/stage.ts';
import type { StagedPackage } from '../stage/staged-package.ts';
import type { OpenedModem } from '../transport/door.ts';
import type { AttemptEnd, FlashPorts } from './attempt.ts';
import { backToNormal } from './back-to-normal.ts';
import { confirmUpdate } from './confirm.ts';
import type { ReleaseDocuments } from './documents.ts';
import { enterEdl } from './enter-edl.ts';
import { healStage } from './fill-stage.ts';
import { type FlashJob, flashUntilDone } from './flash-until-done.ts';
import type { Journal } from './journal.ts';
import { CONFIRM_ATTEMPTS_MAX } from './limits.ts';
import type { PackageOrigin } from './package-origin.ts';
import { seenState } from './seen-state.ts';

export type FlashOrder = {
  readonly staged: StagedPackage;
  readonly plan: FlashPlan;
  readonly documents: ReleaseDocuments;
  readonly stage: Stage;
  readonly origin: Pick<PackageOrigin, 'refill'>;
  readonly journal: Journal;
  readonly ports: FlashPorts;
};

export async function flashToTheEnd(
  order: FlashOrder,
  opened: OpenedModem,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { journal, ports } = order;
  let first: OpenedModem | null = opened;
  let failure: UpdateFailure = { reason: 'modem-in-edl-after-flashing' };
  for (let round = 0; round < CONFIRM_ATTEMPTS_MAX; round++) {
    const flashed = await flashUntilDone(jobOf(order, signal), first, signal);
    first = null;
    if (!flashed.ok) {
      if (!journal.attempt.flashTouched) return backToNormal(flashed.failure, journal, ports);
      return { outcome: 'unfinished', modemState: await seenState(ports), failure: flashed.failure };
    }
    if (!journal.attempt.flashTouched) return backToNormal({ reason: 'modem-left-edl' }, journal, ports);
    const confirmed = await confirm(journal, ports);
    if (confirmed === null) return { outcome: 'updated', modemState: 'normal', failure: null };
    failure = confirmed;
    if (confirmed.reason !== 'modem-in-edl-after-flashing') break;
  }
  return notConfirmed(failure, journal, ports);
}

/** The end after `confirm` failed. */
export async function notConfirmed(
  failure: UpdateFailure,
  journal: Journal,
  ports: FlashPorts,
): Promise<AttemptEnd> {
  if (!journal.attempt.flashTouched) return backToNormal(failure, journal, ports);
  const modemState = await seenState(ports);
  return { outcome: modemState === 'edl' ? 'unfinished' : 'unconfirmed', modemState, failure };
}

/** null when the modem itself says that all is well. */
export async function confirm(journal: Journal, ports: FlashPorts): Promise<UpdateFailure | null> {
  const confirming = await journal.enter('confirming');
  if (!confirming.ok) return confirming.failure;
  const { fromVersion, toVersion, snapshot, programmedBytes } = journal.attempt;
  const confirmed = await confirmUpdate({ version: toVersion, snapshot }, ports);
  // Where the same version is flashed again, the modem's word cannot tell whether it was.
  if (confirmed.ok && (fromVersion !== toVersion || programmedBytes > 0)) return null;
  if (!confirmed.ok) {
    const { failure } = confirmed;
    const runsAsBefore = failure.reason === 'wrong-version-after-flashing' && failure.found === fromVersion;
    if (!runsAsBefore || programmedBytes > 0) return failure;
  }
  // The boot partition is erased first: a modem that starts with its old firmware heard of no erase.
  await journal.note({ flashTouched: false });
  return { reason: 'modem-left-edl' };
}

function jobOf(order: FlashOrder, signal: AbortSignal): FlashJob {
  const { staged, plan, documents, stage, origin, journal, ports } = order;
  const { door, clock, timings, events } = ports;
  const hardware = hardwareExpectedOf(documents.entry, events.onNote);
  return {
    staged,
    plan,
    entry: documents.entry,
    journal,
    door,
    clock,
    timings,
    ...hardware,
    onProgress: events.onFlash,
    onRepeat: ({ path }, reason) => events.onNote(`${path} is programmed once more (${reason})`),
    onTableAbsent: () =>
      events.onNote(
        'the modem shows no partition table, so where it keeps its calibration was not compared; the catalogue decides',
      ),
    onBadBlock: (block) => events.onNote(`the programmer passes over bad block ${block}`),
    enterAgain: () => enterEdl(staged, door, ports, signal),
    restage: () => healStage(stage, documents, origin, ports, new AbortController().signal),
    onRetry: ({ reason }, attempt) =>
      events.onNote(
        `attempt ${attempt} to flash ended (${reason}); the modem waits in EDL, going on from the stage`,
      ),
  };
}

const WHO_JUDGES = 'the programmer and its geometry judge it';

/** Said once: a second session with the same modem compares no more than the first. */
function hardwareExpectedOf(
  { name, edlHardware }: ModelEntry,
  onNote: (note: string) => void,
): Pick<FlashJob, 'expectedHardware' | 'onHardwareCompared'> {
  let isSaid = false;
  const say = (note: string) => {
    if (!isSaid) onNote(note);
    isSaid = true;
  };
  if (edlHardware === undefined) {
    const note = `the catalogue knows neither chip nor signing key of ${name}, so neither was compared; ${WHO_JUDGES}`;
    return { onHardwareCompared: () => say(note) };
  }
  return {
    expectedHardware: {
      msmIds: edlHardware.msmIds ?? null,
      oemKeyHashes: edlHardware.oemKeyHashes ?? null,
    },
    onHardwareCompared: (compared) => {
      if (compared === null)
        say(
          `a programmer ran already, which names neither chip nor signing key, so neither was compared; ${WHO_JUDGES}`,
        );
      else if (compared.length > 0)
        say(`the modem's ${compared.join(' and ')} in EDL: as the catalogue has it for ${name}`);
      else
        say(
          `the modem named in EDL nothing of what the catalogue knows of its chip and signing key, so neither was compared; ${WHO_JUDGES}`,
        );
    },
  };
}
