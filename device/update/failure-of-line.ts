/** Failures that another line, another hour or more of a data plan would mend: what was fetched is worth keeping. */
import type { UpdateFailure } from '../failure.ts';

const OF_THE_LINE: ReadonlySet<string> = new Set<UpdateFailure['reason']>([
  'repository-unreachable',
  'repository-busy',
  'fetch-too-slow',
  'byte-budget-spent',
  'interface-not-usable',
  'interface-not-the-way',
]);

export function isOfTheLine({ reason }: UpdateFailure): boolean {
  return OF_THE_LINE.has(reason);
}
