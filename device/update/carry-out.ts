/**
 * One attempt from the decision to the modem's own word. Gate 1 stands before EDL: the package whole and verified
 * in a proved stage, the plan allowed, the modem still the same, the snapshot taken, the journal written.
 */

import type { FlashPlan } from '../../shared/flash-plan.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { type Identity, identify } from '../modem/identify.ts';
import { takeSnapshot } from '../modem/snapshot.ts';
import type { RepositoryView } from '../repository/refresh-repository.ts';
import type { Stage } from '../stage/stage.ts';
import { type StagedPackage, verifyStage } from '../stage/staged-package.ts';
import { type AttemptEnd, isOver, type UpdateOptions, type UpdatePorts } from './attempt.ts';
import { backToNormal } from './back-to-normal.ts';
import { documentsDirectory, keepDocuments, type ReleaseDocuments } from './documents.ts';
import { enterEdl } from './enter-edl.ts';
import { fillStage, openStage, putAway } from './fill-stage.ts';
import { flashToTheEnd } from './flash-to-the-end.ts';
import type { Journal } from './journal.ts';
import { keepCopy } from './keep-copy.ts';
import { planOf } from './staged-plan.ts';

export type AttemptPlan = {
  readonly identity: Identity;
  readonly view: RepositoryView;
  readonly manifest: ReleaseManifest;
  readonly journal: Journal;
  readonly options: UpdateOptions;
  readonly ports: UpdatePorts;
};

export async function carryOut(attempt: AttemptPlan, signal: AbortSignal): Promise<AttemptEnd> {
  const { journal, ports } = attempt;
  const documents = await readDocuments(attempt, signal);
  if (!documents.ok) return backToNormal(documents.failure, journal, ports);
  const stage = await stagePackage(attempt, documents.value, signal);
  if (!stage.ok) return backToNormal(stage.failure, journal, ports);
  const end = await flashStaged(attempt, documents.value, stage.value, signal);
  // What is unfinished is finished from this stage by the next run.
  if (isOver(end)) await putAway(stage.value, end);
  return end;
}

async function readDocuments(
  { view, manifest, journal }: AttemptPlan,
  signal: AbortSignal,
): Promise<Result<ReleaseDocuments, UpdateFailure>> {
  const fetching = await journal.enter('fetching');
  if (!fetching.ok) return fetching;
  const read = await view.readIndex(manifest, signal);
  return read.ok
    ? ok({ entry: view.entry, manifest, index: read.value.index, indexBytes: read.value.bytes })
    : read;
}

async function stagePackage(
  { options, journal, ports }: AttemptPlan,
  documents: ReleaseDocuments,
  signal: AbortSignal,
): Promise<Result<Stage, UpdateFailure>> {
  const stage = await openStage({ wanted: options.stage, documents, earlier: null }, ports, signal);
  if (!stage.ok) return stage;
  const filled = await fillStage(stage.value, documents, ports, signal);
  const copied = filled.ok ? await keepCopy(stage.value, documents, ports, signal) : filled;
  const staged =
    filled.ok && copied.ok
      ? await journal.enter('staged', { stage: stage.value.proof, fetchedBytes: filled.value })
      : copied;
  if (staged.ok) return stage;
  await stage.value.setAside();
  return staged;
}

async function flashStaged(
  attempt: AttemptPlan,
  documents: ReleaseDocuments,
  stage: Stage,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { options, journal, ports } = attempt;
  if (options.ask !== null && !(await options.ask())) {
    const reason = signal.aborted ? 'interrupted' : 'not-wanted-by-user';
    return backToNormal({ reason }, journal, ports);
  }
  const gate = await passGateOne(attempt, documents, stage, signal);
  if (!gate.ok) return backToNormal(gate.failure, journal, ports);
  const { staged, plan } = gate.value;

  const entering = await journal.enter('entering-edl');
  if (!entering.ok) return backToNormal(entering.failure, journal, ports);
  const opened = await enterEdl(staged, ports.door, ports, signal);
  if (!opened.ok) return backToNormal(opened.failure, journal, ports);
  return flashToTheEnd({ staged, plan, documents, stage, journal, ports }, opened.value, signal);
}

type GateOne = { readonly staged: StagedPackage; readonly plan: FlashPlan };

async function passGateOne(
  { identity, journal, ports }: AttemptPlan,
  documents: ReleaseDocuments,
  stage: Stage,
  signal: AbortSignal,
): Promise<Result<GateOne, UpdateFailure>> {
  const staged = await verifyStage({ stage, ...documents }, signal);
  if (!staged.ok) return staged;
  const plan = await planOf(staged.value, documents.entry);
  if (!plan.ok) return plan;
  const again = await identify(ports.door, ports, signal);
  if (!again.ok) return again;
  const [before, after] = [identity.version.text, again.value.version.text];
  if (before !== after) return err({ reason: 'modem-changed-meanwhile', before, after });
  const snapshot = await takeSnapshot(ports.door, again.value, signal);
  if (!snapshot.ok) return snapshot;
  const kept = await keepDocuments(documentsDirectory(ports.stateDir, ports.door.key), documents);
  if (!kept.ok) return kept;
  const ready = await journal.enter('ready', { snapshot: snapshot.value, documents: kept.value });
  return ready.ok ? ok({ staged: staged.value, plan: plan.value }) : ready;
}
