/** Guard, erase and restart: what changes the modem without raw data, and nothing without its range (P5). */
import type { PlannedErase } from '../../shared/flash-plan.ts';
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { RESET_DELAY_SECONDS } from './limits.ts';
import type { FirehoseLink } from './link.ts';
import { type FlashLimits, refuseProtected } from './protected.ts';
import { rangeAttributes } from './range-attributes.ts';

/** The vendor's anti-misburn command, verbatim: a programmer that does not know this project answers NAK. */
export function sendGuard(
  link: FirehoseLink,
  guard: Attributes,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  return expectAck(link, 'erase', guard, link.timings.eraseMs, signal);
}

export async function eraseSectors(
  link: FirehoseLink,
  erase: PlannedErase,
  flash: FlashLimits,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const allowed = refuseProtected(erase, flash);
  if (!allowed.ok) return allowed;
  return expectAck(link, 'erase', rangeAttributes(erase, flash.storage), link.timings.eraseMs, signal);
}

/**
 * Restarts the modem. It leaves the bus once its last logs are read, so they are read until it is gone. Newer
 * programmers want a delay with it, older ones do not know the attribute (edl 1c): the short form first.
 */
export async function resetProgrammer(
  link: FirehoseLink,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const { replyMs, leaveMs } = link.timings;
  const atOnce: Attributes = [['value', 'reset']];
  let accepted = await expectAck(link, 'power', atOnce, replyMs, signal);
  if (!accepted.ok && accepted.failure.reason === 'programmer-refused') {
    const delayed: Attributes = [['DelayInSeconds', String(RESET_DELAY_SECONDS)], ...atOnce];
    accepted = await expectAck(link, 'power', delayed, replyMs, signal);
  }
  if (!accepted.ok) return accepted.failure.reason === 'modem-disconnected' ? ok() : accepted;
  const gone = await link.drainLogs({ firstMs: leaveMs, quietMs: leaveMs }, signal);
  if (gone.ok) return ok();
  return gone.failure.reason === 'modem-disconnected' ? ok() : gone;
}

export async function expectAck(
  link: FirehoseLink,
  tag: string,
  attributes: Attributes,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const reply = await link.command(tag, attributes, { timeoutMs, signal });
  if (!reply.ok) return reply;
  if (reply.value.response.acknowledged) return ok();
  return err({ reason: 'programmer-refused', command: tag, logs: reply.value.logs });
}
