/**
 * How a release does in the field, and whether that is reason enough to stop offering it. Judged by devices, not by
 * reports: of each device the newest end counts, so that one that tries again and again is one, and one that was brought
 * back is well. Judged by the upper end of Wilson's interval, not by the raw share: three failures among the first four
 * devices say little, thirty among forty say enough.
 */
import { type Outcome, UPDATE_STEPS, type UpdateStep } from './telemetry.ts';

export type AttemptEnd = {
  readonly deviceId: string;
  readonly outcome: Outcome;
  readonly lastStep: UpdateStep;
  readonly reason: string | null;
};

export type ReleaseHealth = {
  /** Devices that it was tried on: those it is on, and those it failed on. */
  readonly succeeded: number;
  readonly failed: number;
  /** The largest share of success, 0 to 1, that is compatible with these counts (95 %). */
  readonly successAtMost: number;
  /** What most failures say, by step and reason; `null` where there is none. */
  readonly mostly: { readonly step: UpdateStep; readonly reason: string | null } | null;
};

export type HaltRule = {
  /** Devices it must have failed on. */
  readonly minFailures: number;
  /** It halts when less than this share, 0 to 1, can be succeeding. */
  readonly successBelow: number;
};

/** 97.5 % of the normal distribution lie below this many standard deviations. */
const Z = 1.959964;

/** Reasons of an end that are no fault of the release: what people and power do. */
export const NOT_ITS_FAULT: readonly string[] = [
  'interrupted',
  'broken-off-before-erase',
  'modem-left-edl',
  'not-wanted-by-user',
  'nobody-to-ask',
];

/** Steps at which the release's own bytes are at work. */
export const STEPS_OF_ITS_OWN: readonly UpdateStep[] = UPDATE_STEPS.slice(
  UPDATE_STEPS.indexOf('loading-programmer'),
);

/** `newestFirst`: ends of attempts at one release. */
export function healthOf(newestFirst: readonly AttemptEnd[]): ReleaseHealth {
  const seen = new Set<string>();
  const failures: AttemptEnd[] = [];
  let succeeded = 0;
  for (const end of newestFirst) {
    const verdict = verdictOf(end);
    if (verdict === 'not-tried' || seen.has(end.deviceId)) continue;
    seen.add(end.deviceId);
    if (verdict === 'succeeded') succeeded++;
    else failures.push(end);
  }
  const failed = failures.length;
  const successAtMost = wilsonInterval(succeeded, succeeded + failed).high;
  return { succeeded, failed, successAtMost, mostly: mostCommon(failures) };
}

export function shouldHalt(health: ReleaseHealth, rule: HaltRule): boolean {
  return health.failed >= rule.minFailures && health.successAtMost < rule.successBelow;
}

/** An end that was nobody's failure does not hide the one before it. (As SQL: edge/store/attempt-ends.ts.) */
function verdictOf({ outcome, lastStep, reason }: AttemptEnd): 'succeeded' | 'failed' | 'not-tried' {
  if (outcome === 'updated') return 'succeeded';
  if (reason !== null && NOT_ITS_FAULT.includes(reason)) return 'not-tried';
  const wasTried = outcome !== 'unchanged' || STEPS_OF_ITS_OWN.includes(lastStep);
  return wasTried ? 'failed' : 'not-tried';
}

/** Wilson's score interval (1927) of a share, 95 %; of nothing everything is possible. */
export function wilsonInterval(
  successes: number,
  trials: number,
): { readonly low: number; readonly high: number } {
  if (trials === 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const z2 = Z * Z;
  const centre = share + z2 / (2 * trials);
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

function mostCommon(failures: readonly AttemptEnd[]): ReleaseHealth['mostly'] {
  const counts = new Map<string, { count: number; end: AttemptEnd }>();
  for (const end of failures) {
    const key = `${end.lastStep} ${end.reason}`;
    counts.set(key, { count: (counts.get(key)?.count ?? 0) + 1, end });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  return most === undefined ? null : { step: most.end.lastStep, reason: most.end.reason };
}
