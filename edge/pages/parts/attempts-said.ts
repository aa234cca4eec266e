/** The rate of success of a release in words. */
import type { AttemptCounts } from '../../store/attempt-counts.ts';
import { ATTEMPTS_COUNTED_MAX, ATTEMPTS_SHOWN_MIN } from '../limits.ts';

/** `rate` in whole percent, rounded down so that a hundred means all; null where there are too few attempts. */
export function attemptsSaid(attempts: AttemptCounts): {
  readonly rate: number | null;
  readonly sentence: string;
} {
  const { updated, unchanged, unfinished, unconfirmed } = attempts;
  const all = updated + unchanged + unfinished + unconfirmed;
  if (all < ATTEMPTS_SHOWN_MIN) {
    const sentence = `Too few attempts were reported to say: fewer than ${ATTEMPTS_SHOWN_MIN}.`;
    return { rate: null, sentence };
  }
  const which = all >= ATTEMPTS_COUNTED_MAX ? `the newest ${ATTEMPTS_COUNTED_MAX}` : all;
  const rest = [
    unchanged > 0 ? `${unchanged} ended with the modem as it was before` : null,
    unconfirmed > 0 ? `${unconfirmed} wrote everything, and the modem did not confirm it` : null,
    unfinished > 0 ? `${unfinished} left the modem waiting for the rest` : null,
  ].filter((part) => part !== null);
  const confirmed = `Of ${which} reported attempts ${updated} ended with the new version, confirmed by the modem`;
  return { rate: Math.floor((updated / all) * 100), sentence: `${[confirmed, ...rest].join('; ')}.` };
}
