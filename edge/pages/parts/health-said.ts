/** How a release did in the field, in words. */
import type { ReleaseHealth } from '../../../shared/rollout-health.ts';
import { DEVICES_SHOWN_MIN } from '../limits.ts';

type Counts = Pick<ReleaseHealth, 'succeeded' | 'failed' | 'mostly'>;

/** `percent` is rounded down, so that a hundred means all; null where there are too few devices. */
export function healthSaid({ succeeded, failed, mostly }: Counts): {
  readonly percent: number | null;
  readonly sentence: string;
} {
  const devices = succeeded + failed;
  if (devices < DEVICES_SHOWN_MIN) {
    const sentence = `Too few devices reported to say: fewer than ${DEVICES_SHOWN_MIN}.`;
    return { percent: null, sentence };
  }
  const percent = Math.floor((succeeded / devices) * 100);
  const confirmed = `Of ${devices} devices that tried it ${succeeded} ended with the new version, confirmed by the modem.`;
  if (mostly === null) return { percent, sentence: confirmed };
  const because = mostly.reason === null ? '' : ` (${mostly.reason})`;
  return { percent, sentence: `${confirmed} Where it failed, mostly at the step ${mostly.step}${because}.` };
}
