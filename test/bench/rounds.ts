/** Rounds of a bench: as many as wanted on a quiet machine, fewer where they would take too long on a busy one. */

/** What is measured in turn must be measured more than once. */
const ROUNDS_MIN = 2;

/** Counts from 0 up to `count`; begins no further round once `budgetMs` have passed, but always two. */
export function* roundsWithin(
  count: number,
  budgetMs: number,
  nowMs: () => number = () => performance.now(),
): Generator<number> {
  const startedMs = nowMs();
  for (let round = 0; round < count; round++) {
    if (round >= ROUNDS_MIN && nowMs() - startedMs > budgetMs) return;
    yield round;
  }
}
