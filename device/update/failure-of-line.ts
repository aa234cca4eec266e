/** Failures after which what was fetched is worth keeping: another line, another hour or a hand would mend them. */
import type { UpdateFailure } from '../failure.ts';

const OF_THE_LINE: ReadonlySet<string> = new Set<UpdateFailure['reason']>([
  'repository-unreachable',
  'repository-busy',
  'chunk-is-a-page',
  'fetch-too-slow',
  'byte-budget-spent',
  'interface-not-usable',
  'interface-not-the-way',
  'proxy-not-usable',
]);

/** The modem was not touched because of something around it, which the next run may find mended. */
const OF_THE_PLACE: ReadonlySet<string> = new Set<UpdateFailure['reason']>([
  'outside-window',
  'preflight-refused',
  // Of the disk that was to have a copy.
  'directory-unusable',
  'stage-full',
  'stage-read-only',
  'stage-unmounted',
]);

/** What was fetched then waits for the next run. */
export function isWorthKeeping({ reason }: UpdateFailure): boolean {
  return OF_THE_LINE.has(reason) || OF_THE_PLACE.has(reason);
}
