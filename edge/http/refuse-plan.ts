/** The refusals among response plans, as problems. */
import type { Refusal } from './problem.ts';

export function refusePlan(
  kind: 'precondition-failed' | 'range-not-satisfiable',
  sizeBytes: number,
): Refusal {
  if (kind === 'precondition-failed')
    return {
      reason: kind,
      detail:
        'The stored bytes are not those that If-Match or If-Unmodified-Since names. Fetch them again without it.',
    };
  return {
    reason: kind,
    detail: `The stored bytes are ${sizeBytes} long. Ask for a range that begins before their end.`,
    headers: { 'content-range': `bytes */${sizeBytes}` },
  };
}
