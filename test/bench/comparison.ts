/** One figure beside its peer's, their ratio, and whether the goal of the design is reached. */

/** A figure, or why there is none. */
export type Figure = number | { readonly missing: string };

export type Goal =
  | { readonly kind: 'ratio-at-least'; readonly bound: number }
  | { readonly kind: 'ratio-at-most'; readonly bound: number }
  | { readonly kind: 'ours-at-most'; readonly bound: number };

export type Comparison = {
  readonly bench: string;
  readonly what: string;
  /** Of both figures, e.g. `MB/s`. */
  readonly unit: string;
  readonly ours: Figure;
  /** Null where a figure stands alone. */
  readonly peer: { readonly name: string; readonly figure: Figure } | null;
  readonly goal?: Goal;
  /** What a reader must know to read the figures rightly. */
  readonly note?: string;
};

export type Verdict = 'met' | 'MISSED' | 'NOT MEASURED' | '';

/** Ours over the peer's; null where either is missing or the peer's is nothing. */
export function ratioOf({ ours, peer }: Pick<Comparison, 'ours' | 'peer'>): number | null {
  const theirs = peer?.figure;
  if (typeof ours !== 'number' || typeof theirs !== 'number' || theirs === 0) return null;
  return ours / theirs;
}

export function verdictOf(comparison: Comparison): Verdict {
  const { goal, ours } = comparison;
  if (goal === undefined) return '';
  const judged = goal.kind === 'ours-at-most' ? ours : ratioOf(comparison);
  if (typeof judged !== 'number') return 'NOT MEASURED';
  const isMet = goal.kind === 'ratio-at-least' ? judged >= goal.bound : judged <= goal.bound;
  return isMet ? 'met' : 'MISSED';
}

export function goalText(goal: Goal | undefined, unit: string): string {
  if (goal === undefined) return '';
  const sign = goal.kind === 'ratio-at-least' ? '≥' : '≤';
  return goal.kind === 'ours-at-most' ? `${sign} ${goal.bound} ${unit}` : `${sign} ${goal.bound} ×`;
}
