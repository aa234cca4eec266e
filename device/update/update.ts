/**
 * The whole of an update, as a story: take up what was left, or find out what is installed, what should be, and
 * carry it there. One attempt a call, one updater a modem.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { recallOf } from '../../shared/rollout.ts';
import type { UpdateFailure } from '../failure.ts';
import { type Identity, identify } from '../modem/identify.ts';
import { deliverReports } from '../report/deliver.ts';
import { type RepositoryView, refreshRepository } from '../repository/refresh-repository.ts';
import type { UpdateOptions, UpdatePorts, UpdateResult } from './attempt.ts';
import { carryOut } from './carry-out.ts';
import { clearUpAfterDeadRuns, clearUpAfterEnd } from './clear-up.ts';
import { conclude } from './conclude.ts';
import { givenUpHere } from './failed-here.ts';
import { isUnfinished, readAttempt } from './journal.ts';
import { removeKept } from './keep-copy.ts';
import { takeLock } from './lock.ts';
import { mayDownload } from './metered.ts';
import { openAttempt } from './open-attempt.ts';
import { putBackLater } from './put-back.ts';
import { repositoryOrigin } from './repository-origin.ts';
import { type Resolved, resolveRelease } from './resolve.ts';
import { resumeAttempt } from './resume.ts';
import { withUplink } from './uplink.ts';

export async function update(
  options: UpdateOptions,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const lock = await takeLock(ports.stateDir, ports.door.key, ports.processes);
  if (!lock.ok) return { kind: 'refused', failure: lock.failure };
  try {
    const result = await updateAlone(options, ports, signal);
    const isUpdated = result.kind === 'attempted' && result.verdict.outcome === 'updated';
    if (isUpdated) await removeKept(result.verdict.toVersion, options, ports);
    await clearUpAfterEnd(result, ports);
    return result;
  } finally {
    await lock.value.release();
  }
}

async function updateAlone(
  options: UpdateOptions,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const last = await readAttempt(ports.stateDir, ports.door.key);
  if (!last.ok) return { kind: 'refused', failure: last.failure };
  const isGoingOn = last.value !== null && isUnfinished(last.value);
  await clearUpAfterDeadRuns({ isGoingOn }, ports);
  if (last.value !== null && isGoingOn) {
    const resumed = await resumeAttempt(last.value, { ...options, ask: null }, withUplink(ports), signal);
    // The modem proved to be as before the attempt that was broken off: begin a new one.
    const isAsBefore = resumed.kind === 'attempted' && resumed.verdict.outcome === 'unchanged';
    if (!isAsBefore || options.resumeOnly) return resumed;
    ports.events.onNote(
      `the attempt of ${last.value.startedAt} was broken off before the first erase; beginning anew`,
    );
  }
  if (options.resumeOnly)
    return { kind: 'refused', failure: { reason: 'nothing-to-finish', where: ports.door.where } };
  return beginAttempt(options, ports, signal);
}

async function beginAttempt(
  options: UpdateOptions,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const decided = await decide(options, ports, signal);
  if (!decided.ok) return { kind: 'refused', failure: decided.failure };
  const { identity, view, resolved, recalled } = decided.value;
  if (recalled !== null)
    ports.events.onNote(`${identity.version.text}, which the modem runs, was recalled: ${recalled}`);
  for (const { version, verdict, rollout } of resolved.considered)
    if (rollout === 'failed-here' && verdict === 'fits')
      ports.events.onNote(
        `${version} fits and failed on this modem before: left alone; cistern update --version ${version} tries it again`,
      );
  if (resolved.action === 'up-to-date') {
    const put = await putBackIfAsked(identity, options, ports);
    if (!put.ok) return { kind: 'refused', failure: put.failure };
    await deliverReports(ports, signal);
    return {
      kind: 'up-to-date',
      version: identity.version.text,
      model: identity.model,
      considered: resolved.considered,
    };
  }
  const may = await mayDownload({ view, manifest: resolved.manifest }, options, ports, signal);
  if (!may.ok) return { kind: 'refused', failure: may.failure };
  const origin = repositoryOrigin(view, resolved.manifest, ports);
  const subject = {
    model: identity.model,
    fromVersion: identity.version.text,
    toVersion: resolved.manifest.version,
    origin: origin.recorded,
  };
  const journal = await openAttempt(subject, ports);
  if (!journal.ok) return { kind: 'refused', failure: journal.failure };
  const flashPorts = withUplink(ports);
  const { window } = options;
  const attempt = { identity, origin, journal: journal.value, options, window, ports: flashPorts };
  const end = await carryOut(attempt, signal);
  return conclude(end, journal.value, flashPorts, signal);
}

/** What the last update to this version changed, where a person asks for it after the fact. */
async function putBackIfAsked(
  { version }: Identity,
  { restoreSettings, accepted }: UpdateOptions,
  ports: UpdatePorts,
): Promise<Result<void, UpdateFailure>> {
  if (!restoreSettings) return ok();
  const { surroundings } = ports;
  return surroundings.around(async () => {
    const ready = await surroundings.makeReady({ packageOutlivesReboot: true, accepted });
    return ready.ok ? putBackLater(version.text, ports) : ready;
  });
}

export type Decision = {
  readonly identity: Identity;
  readonly view: RepositoryView;
  readonly resolved: Resolved;
  /** Why what the modem runs was recalled; null where it was not. */
  readonly recalled: string | null;
};

/** What is installed, and what should be. The modem is only asked; `check` ends here. */
export async function decide(
  options: Pick<UpdateOptions, 'wanted' | 'channel'>,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<Decision, UpdateFailure>> {
  const identity = await identify(ports.door, ports, signal);
  if (!identity.ok) {
    const inEdl = identity.failure.reason === 'modem-not-in-normal-mode' && identity.failure.state === 'edl';
    return inEdl ? err({ reason: 'edl-without-journal', where: ports.door.where }) : identity;
  }
  const { stateDir, repositoryUrl, pinnedRoot, http, clock } = ports;
  const { model, version } = identity.value;
  const view = await refreshRepository({ stateDir, model, pinnedRoot, repositoryUrl, http, clock }, signal);
  if (!view.ok) return view;
  const resolved = await resolveRelease({
    installed: version,
    entry: view.value.entry,
    releases: view.value.releases,
    rollout: view.value.rollout,
    wanted: options.wanted,
    givenUp: await givenUpHere(stateDir, ports.door.key, version.text),
    device: { deviceId: ports.identity.deviceId, channel: options.channel, nowMs: view.value.nowMs },
  });
  return resolved.ok
    ? ok({
        identity: identity.value,
        view: view.value,
        resolved: resolved.value,
        recalled: recallOf(view.value.rollout, version.text),
      })
    : resolved;
}
