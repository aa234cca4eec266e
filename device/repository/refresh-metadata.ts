/**
 * The newest metadata of one model: usually one question. Others follow where what came and what the device had do
 * not stand together, where there are more new roots than one answer holds, and of a mirror that answers no polls.
 */
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ROLLOUT_NAME } from '../../shared/rollout.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { isLoopback } from '../http/address.ts';
import type { Repository } from './ask-repository.ts';
import { POLLS_MAX } from './limits.ts';
import { mirrorSource, polledSource } from './metadata-source.ts';
import type { PinnedRoot } from './pinned-root.ts';
import { poll } from './poll.ts';
import type { TrustFailure } from './trust-failure.ts';
import type { TrustedState } from './trusted-state.ts';
import { type Verified, verifyMetadata } from './verify-metadata.ts';

export type MetadataRefresh = {
  readonly directory: string;
  readonly scratchDirectory: string;
  readonly model: ModelId;
  readonly pinned: PinnedRoot;
  readonly state: TrustedState;
  readonly repository: Repository;
};

/** Files of the four roles below root, verified as one whole. Throws system errors of the directories. */
export async function refreshMetadata(
  refresh: MetadataRefresh,
  signal: AbortSignal,
): Promise<Result<Verified, TrustFailure>> {
  let { state } = refresh;
  for (let polls = 1; ; polls++) {
    const timestampVersion = polls === 1 ? wholeVersion(state) : 0;
    const asked = await askOnce({ ...refresh, state }, timestampVersion, signal);
    const hasNewRoots = asked.state.roots.length > state.roots.length;
    const isWorthAnother = asked.isPoll && (timestampVersion !== 0 || hasNewRoots);
    if (
      asked.verified.ok ||
      !isWorthAnother ||
      polls === POLLS_MAX ||
      !isAboutMetadata(asked.verified.failure)
    )
      return asked.verified;
    state = asked.state;
  }
}

/** The timestamp that the repository may take as known with all that it names; 0: none. */
function wholeVersion({ isWhole, files }: TrustedState): number {
  return isWhole && files.timestamp !== undefined ? JSON.parse(files.timestamp).signed.version : 0;
}

function isAboutMetadata({ reason }: TrustFailure): boolean {
  return reason === 'signature-wrong' || reason.startsWith('metadata-');
}

async function askOnce(
  { directory, scratchDirectory, model, pinned, state, repository }: MetadataRefresh,
  timestampVersion: number,
  signal: AbortSignal,
) {
  const rootVersion = pinned.version + state.roots.length;
  const polled = await poll(repository, { model, rootVersion, timestampVersion }, signal);
  if (!polled.ok) return { state, verified: polled, isPoll: true };
  const isPoll = polled.value !== null;
  const source =
    polled.value === null
      ? mirrorSource(repository, model, signal)
      : polledSource(polled.value, { rootVersion, files: state.files });
  const rollout = targetPath(model, ROLLOUT_NAME);
  const { state: next, verified } = await verifyMetadata({
    directory,
    scratchDirectory,
    model,
    pinned,
    state,
    source,
    lookUp: [rollout],
    nowMs: repository.clock.nowMs,
    isServerDateProved: isProved(repository.url),
  });
  return { state: next, verified: verified.ok ? checkRoles(verified.value, rollout) : verified, isPoll };
}

/** A date in an answer is the server's own where that came over TLS, or from this machine. */
function isProved(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname);
}

/** A rollout that the targets role itself listed would hide every later halt: its own role is never looked at then. */
function checkRoles(verified: Verified, rollout: string): Result<Verified, TrustFailure> {
  const { targets = '{}', rollout: role } = verified.files;
  if (Object.hasOwn(JSON.parse(targets).signed?.targets ?? {}, rollout)) {
    return err({ reason: 'metadata-unreadable', role: 'targets', detail: `it lists ${rollout} itself` });
  }
  if (role === undefined) return err({ reason: 'metadata-incomplete', file: 'rollout.json' });
  return ok(verified);
}
