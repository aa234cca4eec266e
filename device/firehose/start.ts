/**
 * From a started programmer to one that may be trusted with an erase: its greeting, the configuration, and the
 * proof that it can read and that its storage is the one the package was made for (gate 2).
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { configure } from './configure.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { needsSignedDigests, readFunctions } from './greeting.ts';
import type { FirehoseLink } from './link.ts';
import { type FlashTouched, probeStorage } from './probe-storage.ts';
import type { FirehoseStorage } from './storage.ts';

export type ConfiguredProgrammer = {
  /** The most that one raw transfer may carry. */
  readonly payloadBytes: number;
  /** What it says it can do, in lower case; empty where it says nothing, as one that ran already. */
  readonly functions: readonly string[];
};

/** What the programmer must be able to do for us; NAND programmers of the 9x07 know no more (edl 1c). */
const NEEDED_FUNCTIONS = ['configure', 'erase', 'program', 'read', 'power'];

export async function startSession(
  link: FirehoseLink,
  storage: FirehoseStorage,
  { flashTouched }: FlashTouched,
  signal?: AbortSignal,
): Promise<Result<ConfiguredProgrammer, FirehoseFailure>> {
  const { firstLogMs, startQuietMs } = link.timings;
  const greeting = await link.drainLogs({ firstMs: firstLogMs, quietMs: startQuietMs }, signal);
  if (!greeting.ok) return greeting;
  if (needsSignedDigests(greeting.value)) return err({ reason: 'programmer-needs-signed-digests' });
  const functions = readFunctions(greeting.value);
  const missing =
    functions.length === 0 ? undefined : NEEDED_FUNCTIONS.find((name) => !functions.includes(name));
  if (missing !== undefined) return err({ reason: 'programmer-lacks-function', needed: missing });

  const payloadBytes = await configure(link, storage, signal);
  if (!payloadBytes.ok) return payloadBytes;
  const probed = await probeStorage(link, storage, { functions, flashTouched }, signal);
  return probed.ok ? ok({ payloadBytes: payloadBytes.value, functions }) : probed;
}
