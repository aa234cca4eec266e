/** What came of the requests: how long each took, and what went wrong. */
import { ERRORS_KEPT } from './limits.ts';
import { KINDS, type Kind } from './send.ts';

export type KindTally = {
  readonly latenciesMs: number[];
  errorCount: number;
  /** The first few, in words. */
  readonly errors: string[];
};
export type Tally = Readonly<Record<Kind, KindTally>>;

export function newTally(): Tally {
  const entries = KINDS.map((kind): [Kind, KindTally] => [
    kind,
    { latenciesMs: [], errorCount: 0, errors: [] },
  ]);
  return Object.fromEntries(entries) as Tally;
}

export function addError(tally: KindTally, words: string): void {
  tally.errorCount++;
  if (tally.errors.length < ERRORS_KEPT) tally.errors.push(words);
}
