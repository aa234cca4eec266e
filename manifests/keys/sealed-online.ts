/** The online keys at rest, for a machine that signs without a Worker: sealed together, as the offline keys are one by one. */
import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import { type OnlinePublic, onlinePublicSchema } from '../signing/request.ts';
import type { KeyFileFailure } from './key-file.ts';
import { type OnlineKeys, publicHalves } from './online-keys.ts';
import { openSeed, sealedSeedsSchema, sealSeed } from './seal.ts';

export type SealedFailure = Exclude<KeyFileFailure, { reason: 'key-file-unreadable' }>;

const sealedOnlineSchema = z.strictObject({
  format: z.literal('cistern-online-keys/1'),
  public: onlinePublicSchema,
  sealed: sealedSeedsSchema(3),
});
export type SealedOnline = z.infer<typeof sealedOnlineSchema>;

/** Null for what is no such file. */
export function parseSealedOnline(text: string): SealedOnline | null {
  try {
    return sealedOnlineSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function sealOnline(keys: OnlineKeys, passphrase: string): Promise<string> {
  const halves = publicHalves(keys);
  const seeds = keys.snapshot.seed + keys.timestamp.seed + keys.rollout.seed;
  const sealed = await sealSeed(seeds, passphrase, contextOf(halves));
  return `${JSON.stringify({ format: 'cistern-online-keys/1', public: halves, sealed }, null, 2)}\n`;
}

/** `path` is what a failure names. */
export async function openSealedOnline(
  path: string,
  { public: halves, sealed }: SealedOnline,
  passphrase: string | null,
): Promise<Result<OnlineKeys, SealedFailure>> {
  if (passphrase === null) return err({ reason: 'passphrase-needed', path });
  const opened = await openSeed(sealed, passphrase, contextOf(halves));
  if (!opened.ok) return err({ reason: 'passphrase-wrong', path });
  const seedAt = (i: number) => opened.value.slice(i * 64, (i + 1) * 64);
  return ok({
    snapshot: { seed: seedAt(0), public: halves.snapshot },
    timestamp: { seed: seedAt(1), public: halves.timestamp },
    rollout: { seed: seedAt(2), public: halves.rollout },
  });
}

function contextOf({ snapshot, timestamp, rollout }: OnlinePublic): string {
  return `online ${snapshot} ${timestamp} ${rollout}`;
}
