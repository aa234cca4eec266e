/** What is said of a step: a verdict, and why, in a sentence with its source. */

export type Verdict = 'fits' | 'does not fit' | 'not known';

/** A sentence for people, with a stable code for programs and the source of the statement. */
export type CompatibilityReason = {
  readonly code:
    | 'same-version'
    | 'other-model'
    | 'hardware-interchangeable'
    | 'application-pending'
    | 'edge-listed'
    | 'edge-forbidden'
    | 'same-line-newer'
    | 'downgrade'
    | 'baseline-not-listed'
    | 'line-not-listed'
    | 'embargo'
    | 'below-floor'
    | 'custom-part-missing'
    | 'release-not-published'
    | 'path-found'
    | 'path-search-ended';
  readonly sentence: string;
  readonly source: string;
};

export const OUR_RULE = 'Cistern rule: unlisted means refused (docs/compatibility.md)';

/** On one direct step. */
export type StepVerdict = {
  readonly verdict: Verdict;
  readonly reasons: readonly CompatibilityReason[];
};

export function says(
  verdict: Verdict,
  code: CompatibilityReason['code'],
  sentence: string,
  source = OUR_RULE,
): StepVerdict {
  return { verdict, reasons: [{ code, sentence, source }] };
}
