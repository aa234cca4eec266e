/**
 * Takes up an attempt that was broken off, by a crash, a reboot or a pulled plug. What the journal says decides:
 * before the first erase the modem is brought back to normal; after it the flashing is finished from the stage.
 */
import type { Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import type { StageProof } from '../stage/stage-proof.ts';
import type { OpenedModem } from '../transport/door.ts';
import { type AttemptEnd, type FlashOptions, type FlashPorts, isOver, type UpdateResult } from './attempt.ts';
import { awaitUpdatable } from './await-updatable.ts';
import { backToNormal } from './back-to-normal.ts';
import { conclude } from './conclude.ts';
import { documentsDirectory, recallDocuments } from './documents.ts';
import { healStage, putAwayJournaled } from './fill-stage.ts';
import { flashThroughSilence } from './flash-through-silence.ts';
import { confirm, notConfirmed } from './flash-to-the-end.ts';
import { isGoneOrMute } from './gone-or-mute.ts';
import type { Attempt, Journal } from './journal.ts';
import { journalOf } from './journal-of.ts';
import { refillFromDisk } from './local-origin.ts';
import { idsOf, openStageFor } from './open-stage.ts';
import type { PackageOrigin } from './package-origin.ts';
import { endWithSettings } from './put-back.ts';
import { refillFromRepository } from './repository-origin.ts';
import { seenState } from './seen-state.ts';
import { showPlan } from './show-plan.ts';
import { planOf } from './staged-plan.ts';

export async function resumeAttempt(
  attempt: Attempt,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const journal = journalOf(attempt, ports);
  ports.events.onNote(`taking up the attempt of ${attempt.startedAt} at step ${attempt.step}`);
  const end = await ports.surroundings.around(async () => {
    const finished = await finish(journal, options, ports, signal);
    return endWithSettings(finished, journal.attempt, options, ports);
  });
  if (isOver(end)) await putAwayJournaled(journal.attempt.stage, end, ports);
  return conclude(end, journal, ports, signal);
}

async function finish(
  journal: Journal,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { flashTouched } = journal.attempt;
  const ready = await ports.surroundings.makeReadyToFinish({ goesOnRegardless: flashTouched });
  if (!ready.ok) return { outcome: 'unfinished', modemState: await seenState(ports), failure: ready.failure };
  if (!flashTouched)
    return backToNormal({ reason: 'broken-off-before-erase', step: journal.attempt.step }, journal, ports);
  const opened = await awaitBack(ports, signal);
  if (!opened.ok)
    return { outcome: 'unfinished', modemState: await seenState(ports), failure: opened.failure };
  if (opened.value.state === 'normal') {
    await opened.value.pipe.close();
    const failure = await confirm(journal, ports);
    return failure === null
      ? { outcome: 'updated', modemState: 'normal', failure }
      : notConfirmed(failure, journal, ports);
  }
  return finishFlashing(opened.value, journal, options, ports, signal);
}

/** The modem in EDL or normal mode; where it is not there, its power is renewed, once. */
async function awaitBack(
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<Result<OpenedModem, UpdateFailure>> {
  const opened = await awaitUpdatable(ports, signal);
  if (opened.ok || !isGoneOrMute(opened.failure)) return opened;
  const renewed = await ports.surroundings.renewPower();
  if (!renewed.ok) return renewed;
  return renewed.value ? awaitUpdatable(ports, signal) : opened;
}

async function finishFlashing(
  opened: OpenedModem,
  journal: Journal,
  options: FlashOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const unfinished = async (failure: UpdateFailure): Promise<AttemptEnd> => {
    await opened.pipe.close();
    return { outcome: 'unfinished', modemState: 'edl', failure };
  };
  const directory = documentsDirectory(ports.stateDir, ports.door.key);
  const hashes = journal.attempt.documents;
  if (hashes === null) return unfinished({ reason: 'attempt-documents-lost', directory });
  const documents = await recallDocuments(directory, hashes);
  if (!documents.ok) return unfinished(documents.failure);
  const { version, package: its } = documents.value.manifest;
  const wish = {
    wanted: options.stage,
    version,
    neededBytes: its.storedBytes,
    chunkIds: idsOf(documents.value.index),
    earlier: journal.attempt.stage,
    isFetched: journal.attempt.origin.kind === 'repository',
  };
  const stage = await openStageFor(wish, ports, signal);
  if (!stage.ok) return unfinished(stage.failure);
  const noted = await journal.note(placesOf(stage.value.proof, journal.attempt));
  if (!noted.ok) return unfinished(noted.failure);
  const origin = originOf(journal.attempt);
  const staged = await healStage(stage.value, documents.value, origin, ports, signal);
  if (!staged.ok) return unfinished(staged.failure);
  const plan = await planOf(staged.value, documents.value.entry);
  if (!plan.ok) return unfinished(plan.failure);
  const shown = await showPlan(staged.value, plan.value, journal.attempt, ports);
  if (!shown.ok) return unfinished(shown.failure);
  if (options.ask !== null && !(await options.ask()))
    return unfinished({ reason: signal.aborted ? 'interrupted' : 'not-wanted-by-user' });

  const order = {
    staged: staged.value,
    plan: plan.value,
    documents: documents.value,
    stage: stage.value,
    origin,
    journal,
    ports,
  };
  return flashThroughSilence(order, opened, signal);
}

/** A disk that cannot be staged on any more is read from still, as a copy is, also after the next power cut. */
function placesOf(stage: StageProof, { stage: earlier }: Attempt): Pick<Attempt, 'stage' | 'copy'> {
  const isElsewhere = earlier?.kind === 'disk' && earlier.directory !== stage.directory;
  return isElsewhere ? { stage, copy: earlier.directory } : { stage };
}

function originOf({ origin, copy }: Attempt): Pick<PackageOrigin, 'refill'> {
  const isLocal = origin.kind === 'local';
  return { refill: isLocal ? refillFromDisk(origin.path) : refillFromRepository(copy ?? null) };
}
