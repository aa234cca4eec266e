/**
 * The rollout of a model’s releases: signed online, so that a halt or a recall takes an operator and no offline key.
 * A device installs a release only when the offline targets role lists it *and* this document lets it through.
 */
import * as z from 'zod';
import { utf8 } from './bytes.ts';
import { modelIdSchema } from './catalogue.ts';
import { sha256 } from './digest.ts';
import { versionTextSchema } from './firmware-version-schema.ts';
import { RELEASES_PER_MODEL_MAX } from './limits.ts';

export const rolloutEntrySchema = z.strictObject({
  version: versionTextSchema,
  channel: z.enum(['stable', 'beta']),
  /** Share of devices that are in, 0 to 100. */
  percentage: z.number().min(0).max(100),
  /** Not before this instant. */
  startsAt: z.iso.datetime(),
  state: z.enum(['running', 'halted', 'recalled']),
  /** Why it was halted or recalled; empty while it runs. */
  why: z.string().max(1000),
});
export type RolloutEntry = z.infer<typeof rolloutEntrySchema>;

export const rolloutSchema = z.strictObject({
  format: z.literal('cistern-rollout/1'),
  model: modelIdSchema,
  /** One entry a version: a second one could let through what the first recalls. */
  releases: z
    .array(rolloutEntrySchema)
    .max(RELEASES_PER_MODEL_MAX)
    .refine(
      (releases) => new Set(releases.map(({ version }) => version)).size === releases.length,
      'a version stands here twice',
    ),
});
export type Rollout = z.infer<typeof rolloutSchema>;

/** File name of the rollout below its model's targets; the delegated role may sign this path alone. */
export const ROLLOUT_NAME = 'rollout.json';

export type RolloutVerdict =
  | { readonly verdict: 'in' }
  | { readonly verdict: 'out'; readonly because: 'not-listed' | 'not-started' | 'percentage' | 'channel' }
  | { readonly verdict: 'out'; readonly because: 'halted' | 'recalled'; readonly why: string };

/**
 * Whether this device takes part in this release now. Sticky: a device's share depends on its id and the
 * release alone, and is decided on the device, so that polls stay cacheable and carry no identity.
 */
export async function judgeRollout(
  rollout: Rollout,
  version: string,
  device: { readonly deviceId: string; readonly channel: 'stable' | 'beta'; readonly nowMs: number },
): Promise<RolloutVerdict> {
  const entry = rollout.releases.find((release) => release.version === version);
  if (entry === undefined) return { verdict: 'out', because: 'not-listed' };
  if (entry.state !== 'running') return { verdict: 'out', because: entry.state, why: entry.why };
  if (entry.channel === 'beta' && device.channel !== 'beta') return { verdict: 'out', because: 'channel' };
  if (device.nowMs < Date.parse(entry.startsAt)) return { verdict: 'out', because: 'not-started' };
  const share = await shareOf(device.deviceId, version);
  return share < entry.percentage ? { verdict: 'in' } : { verdict: 'out', because: 'percentage' };
}

/** Why a release was recalled; null where it was not. A device that runs one is to be told. */
export function recallOf(rollout: Rollout, version: string): string | null {
  const entry = rollout.releases.find((release) => release.version === version);
  return entry?.state === 'recalled' ? entry.why : null;
}

/** A device's place between 0 (inclusive) and 100 (exclusive) for one release. */
export async function shareOf(deviceId: string, version: string): Promise<number> {
  const digest = await sha256(utf8(`${deviceId}\n${version}`));
  const place = new DataView(digest.buffer).getUint32(0);
  return (place / 2 ** 32) * 100;
}
