/** What a signing request would change, in words: what a signer reads before giving a signature. */
import { canonicalize } from '@tufjs/canonical-json';
import type { RootMetadata, TargetsMetadata } from '../../shared/trust/documents.ts';
import type { Standing } from './judges.ts';
import type { RootRequest, SigningRequest, TargetsRequest } from './request.ts';

/** Digits of a key id that are shown; enough to tell keys apart and to name one. */
const SHOWN_ID_CHARS = 16;
export const shortId = (keyId: string): string => keyId.slice(0, SHOWN_ID_CHARS);

export function describeRequest(request: SigningRequest): readonly string[] {
  return request.kind === 'root'
    ? describeRoot(request.former.signed, request.next.signed, request.online)
    : describeTargets(request.former?.signed ?? null, request.next.signed, request.rollout);
}

function describeRoot(
  former: RootMetadata['signed'],
  next: RootMetadata['signed'],
  online: RootRequest['online'],
): readonly string[] {
  const lines = [`root ${next.version} in place of root ${former.version}`];
  lines.push(`  expires ${next.expires} (root ${former.version}: ${former.expires})`);
  for (const role of ['root', 'targets', 'snapshot', 'timestamp'] as const) {
    const [before, after] = [former.roles[role], next.roles[role]];
    for (const keyId of after.keyids.filter((id) => !before.keyids.includes(id)))
      lines.push(`  ${role}: adds key ${shortId(keyId)}`);
    for (const keyId of before.keyids.filter((id) => !after.keyids.includes(id)))
      lines.push(`  ${role}: drops key ${shortId(keyId)}`);
    const isMoved = before.threshold !== after.threshold;
    if (isMoved) lines.push(`  ${role}: threshold ${after.threshold} (was ${before.threshold})`);
  }
  if (online !== null)
    lines.push(
      `  brings new online keys, public halves: snapshot ${shortId(online.snapshot)}, timestamp ${shortId(online.timestamp)}, rollout ${shortId(online.rollout)}`,
    );
  const { root, targets } = next.roles;
  lines.push(
    `  then ${root.threshold} of ${root.keyids.length} root keys and ${targets.threshold} of ${targets.keyids.length} targets keys sign`,
  );
  return lines;
}

function describeTargets(
  former: TargetsMetadata['signed'] | null,
  next: TargetsMetadata['signed'],
  rollout: TargetsRequest['rollout'],
): readonly string[] {
  const lines = [`targets ${next.version} of ${next['x-model']}, expires ${next.expires}`];
  const before = former?.targets ?? {};
  for (const [path, file] of Object.entries(next.targets)) {
    const known = before[path];
    if (known !== undefined && canonicalize(known) === canonicalize(file)) continue;
    lines.push(`  ${known === undefined ? 'adds' : 'changes'} ${path}  sha256 ${file.hashes.sha256}`);
  }
  for (const path of Object.keys(before).filter((known) => next.targets[known] === undefined))
    lines.push(`  drops ${path}`);
  if (former === null || canonicalize(former.delegations) !== canonicalize(next.delegations)) {
    const delegates = next.delegations.roles.flatMap(({ keyids }) => keyids).map(shortId);
    lines.push(`  delegates the rollout to ${delegates.join(', ')}`);
  }
  if (lines.length === 1) lines.push('  changes nothing but the expiry');
  if (rollout !== null) {
    const { version, percentage, channel, startsAt } = rollout;
    const devices = channel === 'beta' ? 'devices on beta' : 'devices';
    const from = startsAt === null ? '' : `, from ${startsAt}`;
    lines.push(`  then ${version} is offered to ${percentage} % of ${devices}${from}`);
  }
  return lines;
}

/** Who signed and who may still sign. */
export function describeStandings(standings: readonly Standing[]): readonly string[] {
  return standings.map(({ judge, threshold, signed, unsigned, lacking }) => {
    const have = `${judge}: ${signed.length} of ${threshold} signatures`;
    return lacking === 0 ? have : `${have}; ${lacking} more of ${unsigned.map(shortId).join(', ')}`;
  });
}
