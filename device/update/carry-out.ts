/**
 * One attempt from the decision to the modem's own word. Gate 1 stands before EDL: the package whole and verified
 * in a proved stage, the plan allowed and shown, the machine made ready, the modem still the same, the snapshot taken
 * with the same services stopped as after it, the journal written.
 */
import type { FlashPlan } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { type Identity, identify } from '../modem/identify.ts';
import { type Snapshot, takeSnapshot } from '../modem/snapshot.ts';
import { isOpen, type MaintenanceWindow, windowText } from '../schedule/window.ts';
import { type StagedPackage, verifyStage } from '../stage/staged-package.ts';
import { type AttemptEnd, type FlashOptions, type FlashPorts, isOver } from './attempt.ts';
import { backToNormal } from './back-to-normal.ts';
import { documentsDirectory, keepDocuments } from './documents.ts';
import { enterEdl } from './enter-edl.ts';
import { putAway } from './fill-stage.ts';
import { flashThroughSilence } from './flash-through-silence.ts';
import type { Journal } from './journal.ts';
import type { PackageOrigin, StagedRelease } from './package-origin.ts';
import { endWithSettings } from './put-back.ts';
import { seenState } from './seen-state.ts';
import { showPlan } from './show-plan.ts';
import { planOf } from './staged-plan.ts';

export type AttemptPlan = {
  /** Who the modem said it is, in normal mode; null for one that was found in EDL and cannot say. */
  readonly identity: Identity | null;
  readonly origin: PackageOrigin;
  readonly journal: Journal;
  readonly options: FlashOptions;
  /** When it may enter EDL; null at any time. */
  readonly window: MaintenanceWindow | null;
  readonly ports: FlashPorts;
};

/** Services that were stopped for it run again when it ends, before its report is sent. */
export function carryOut(attempt: AttemptPlan, signal: AbortSignal): Promise<AttemptEnd> {
  return attempt.ports.surroundings.around(() => carryOutReady(attempt, signal));
}

async function carryOutReady(attempt: AttemptPlan, signal: AbortSignal): Promise<AttemptEnd> {
  const { journal, ports } = attempt;
  const release = await stageRelease(attempt, signal);
  if (!release.ok) return endBeforeEdl(release.failure, journal, ports);
  const flashed = await flashStaged(attempt, release.value, signal);
  const end = await endWithSettings(flashed, journal.attempt, attempt.options, ports);
  // What is unfinished is finished from this stage by the next run.
  if (isOver(end)) await putAway(release.value.stage, end, ports);
  return end;
}

async function stageRelease(
  { origin, options, journal, ports }: AttemptPlan,
  signal: AbortSignal,
): Promise<Result<StagedRelease, UpdateFailure>> {
  // What can be refused is refused before the first byte.
  const packageOutlivesReboot = options.stage !== 'auto' || origin.isOnDisk;
  const judged = await ports.surroundings.judgeAhead({ packageOutlivesReboot, accepted: options.accepted });
  if (!judged.ok) return judged;
  const fetching = await journal.enter('fetching');
  if (!fetching.ok) return fetching;
  // Noted where it fails as well: what a bad line has cost belongs into the verdict.
  const onCost = (fetchedBytes: number) => journal.note({ fetchedBytes });
  const release = await origin.stage({ wanted: options.stage, onCost }, ports, signal);
  if (!release.ok) return release;
  const { stage, fetchedBytes, copy } = release.value;
  const where = { stage: stage.proof, ...(copy === null ? {} : { copy }) };
  const staged = await journal.enter('staged', { ...where, fetchedBytes });
  if (staged.ok) return release;
  await stage.setAside();
  return staged;
}

async function flashStaged(
  attempt: AttemptPlan,
  release: StagedRelease,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { origin, journal, ports } = attempt;
  const gate = await passGateOne(attempt, release, signal);
  if (!gate.ok) return endBeforeEdl(gate.failure, journal, ports);
  const { staged, plan } = gate.value;

  const entering = await journal.enter('entering-edl');
  if (!entering.ok) return endBeforeEdl(entering.failure, journal, ports);
  const opened = await enterEdl(staged, ports.door, ports, signal);
  if (!opened.ok) return endBeforeEdl(opened.failure, journal, ports);
  return flashThroughSilence({ ...release, staged, plan, origin, journal, ports }, opened.value, signal);
}

/** Where an earlier attempt had touched flash there is no way back: the modem waits for the next try. */
async function endBeforeEdl(
  failure: UpdateFailure,
  journal: Journal,
  ports: FlashPorts,
): Promise<AttemptEnd> {
  if (!journal.attempt.flashTouched) return backToNormal(failure, journal, ports);
  return { outcome: 'unfinished', modemState: await seenState(ports), failure };
}

type GateOne = { readonly staged: StagedPackage; readonly plan: FlashPlan };

async function passGateOne(
  { identity, origin, options, window, journal, ports }: AttemptPlan,
  { stage, documents }: StagedRelease,
  signal: AbortSignal,
): Promise<Result<GateOne, UpdateFailure>> {
  const staged = await verifyStage({ stage, ...documents }, signal);
  if (!staged.ok) return staged;
  const plan = await planOf(staged.value, documents.entry);
  if (!plan.ok) return plan;
  const shown = await showPlan(staged.value, plan.value, journal.attempt, ports);
  if (!shown.ok) return shown;
  const wanted = await askWhetherWanted(staged.value, options, signal);
  if (!wanted.ok) return wanted;
  // The download may have taken longer than the window is, and so may a person.
  if (window !== null && !isOpen(window, ports.clock.nowMs()))
    return err({ reason: 'outside-window', window: windowText(window) });
  const packageOutlivesReboot = stage.proof.kind === 'disk' || origin.isOnDisk;
  const made = await ports.surroundings.makeReady({ packageOutlivesReboot, accepted: options.accepted });
  if (!made.ok) return made;
  // One that lies in EDL says nothing; what an earlier attempt has heard of it still holds.
  const snapshot =
    identity === null ? ok(journal.attempt.snapshot) : await askModemAgain(identity, ports, signal);
  if (!snapshot.ok) return snapshot;
  const kept = await keepDocuments(documentsDirectory(ports.stateDir, ports.door.key), documents);
  if (!kept.ok) return kept;
  const ready = await journal.enter('ready', { snapshot: snapshot.value, documents: kept.value });
  return ready.ok ? ok({ staged: staged.value, plan: plan.value }) : ready;
}

/** A person takes their time: what lay in the stage before the question is proved again after it. */
async function askWhetherWanted(
  staged: StagedPackage,
  { ask }: FlashOptions,
  signal: AbortSignal,
): Promise<Result<void, UpdateFailure>> {
  if (ask === null) return ok();
  if (await ask()) return staged.verifyAgain(signal);
  return err({ reason: signal.aborted ? 'interrupted' : 'not-wanted-by-user' });
}

async function askModemAgain(
  { version }: Identity,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<Result<Snapshot, UpdateFailure>> {
  const again = await identify(ports.door, ports, signal);
  if (!again.ok) return again;
  const [before, after] = [version.text, again.value.version.text];
  if (before !== after) return err({ reason: 'modem-changed-meanwhile', before, after });
  return takeSnapshot(ports.door, again.value, signal);
}
