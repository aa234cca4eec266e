/** What an operator may do to one release's rollout, and the rollout that comes of it. */
import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Rollout, RolloutEntry } from '../../../shared/rollout.ts';

const why = z.string().trim().min(1, 'say why: devices and support read it').max(1000);

/** As a form sends it. */
export const changeSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('offer'),
    percentage: z.coerce.number().min(0).max(100),
    channel: z.enum(['stable', 'beta']),
  }),
  z.object({ action: z.literal('halt'), why }),
  z.object({ action: z.literal('recall'), why }),
  z.object({ action: z.literal('resume') }),
]);
export type Change = z.infer<typeof changeSchema>;

export type ChangeRefused = { readonly reason: 'change-refused'; readonly why: string };

/** The whole document, with this release's entry changed or added; what was recalled stays so. */
export function changeRollout(
  rollout: Rollout,
  version: string,
  change: Change,
  nowMs: number,
): Result<Rollout, ChangeRefused> {
  const before = rollout.releases.find((entry) => entry.version === version);
  if (before?.state === 'recalled') return refuse(`${version} was recalled, which is final.`);
  const after = changed(before ?? unlisted(version, nowMs), change);
  if (change.action === 'resume' && before?.state !== 'halted')
    return refuse(`${version} is not halted, so there is nothing to resume.`);
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(after))
    return refuse(`${version} is so already.`);
  const releases =
    before === undefined
      ? [...rollout.releases, after]
      : rollout.releases.map((entry) => (entry === before ? after : entry));
  return ok({ ...rollout, releases });
}

function changed(entry: RolloutEntry, change: Change): RolloutEntry {
  switch (change.action) {
    case 'offer':
      return { ...entry, percentage: change.percentage, channel: change.channel };
    case 'halt':
      return { ...entry, state: 'halted', why: change.why };
    case 'recall':
      return { ...entry, state: 'recalled', why: change.why };
    case 'resume':
      return { ...entry, state: 'running', why: '' };
  }
}

/** Of a release that the rollout does not list: it begins now, and nobody is in yet. */
function unlisted(version: string, nowMs: number): RolloutEntry {
  const startsAt = new Date(nowMs).toISOString();
  return { version, channel: 'stable', percentage: 0, startsAt, state: 'running', why: '' };
}

function refuse(sentence: string): Result<never, ChangeRefused> {
  return err({ reason: 'change-refused', why: sentence });
}
