/**
 * One report per verdict: what was tried, how it ended, what state the modem is in, what to do (P10).
 * Strict, and made only of closed words, versions and numbers, so that no identity can travel in it (P11).
 */
import * as z from 'zod';
import { modelIdSchema } from './catalogue.ts';
import { SHA256_HEX } from './digest.ts';
import { versionTextSchema } from './firmware-version-schema.ts';

/** Where an attempt can stop. Also the updater's states (design 6). */
export const UPDATE_STEPS = [
  'identified',
  'resolved',
  'fetching',
  'staged',
  'ready',
  'entering-edl',
  'loading-programmer',
  'probing',
  'erasing',
  'programming',
  'reading-back',
  'resetting',
  'confirming',
  'reported',
] as const;
export type UpdateStep = (typeof UPDATE_STEPS)[number];

/**
 * `updated`: the modem itself says so. `unchanged`: it failed before the first erase and the modem proved to be
 * as before. `unfinished`: flash was touched and the modem still waits for the rest. `unconfirmed`: all was
 * written and read back, but the modem did not prove it.
 */
export const OUTCOMES = ['updated', 'unchanged', 'unfinished', 'unconfirmed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const MODEM_STATES = ['normal', 'edl', 'programmer-running', 'ram-dump', 'absent', 'unknown'] as const;
export type ModemState = (typeof MODEM_STATES)[number];

export const reportSchema = z.strictObject({
  format: z.literal('cistern-report/1'),
  /** Made once a verdict: the same report delivered twice is one report. */
  id: z.uuid(),
  /** SHA-256 of the device's public key: a pseudonym that carries nothing of the modem. */
  deviceId: z.string().regex(SHA256_HEX),
  /** Raw Ed25519 public key, base64. */
  deviceKey: z.base64().length(44),
  model: modelIdSchema,
  /** null: the modem was found in emergency download mode and could not say. */
  fromVersion: versionTextSchema.nullable(),
  toVersion: versionTextSchema,
  outcome: z.enum(OUTCOMES),
  lastStep: z.enum(UPDATE_STEPS),
  /** Why it ended as it did: a reason from the updater's closed union; null for success. */
  reason: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .nullable(),
  modemState: z.enum(MODEM_STATES),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  fetchedBytes: z.int().nonnegative(),
  programmedBytes: z.int().nonnegative(),
  /** An attempt that is resumed for days counts on: every session that began to erase. */
  flashAttempts: z.int().nonnegative(),
  updaterVersion: z.string().regex(/^[0-9A-Za-z.+-]{1,40}$/),
});
export type Report = z.infer<typeof reportSchema>;
