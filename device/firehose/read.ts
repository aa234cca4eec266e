/** Reading pages: `<read>`, ACK in raw mode, the bytes, ACK out of raw mode (edl 1c). */
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { RAW_RATE_MIN_BYTES_PER_SECOND, READ_TRANSFER_BYTES } from './limits.ts';
import type { FirehoseLink } from './link.ts';

/**
 * Hands every piece to `take` as it arrives; a failure of `take` is returned once the modem has been read dry. Ends for a
 * modem that sends less than RAW_RATE_MIN_BYTES_PER_SECOND, however steadily.
 */
export async function readSectors<E>(
  link: FirehoseLink,
  attributes: Attributes,
  totalBytes: number,
  take: (piece: Uint8Array) => Promise<Result<void, E>>,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure | E>> {
  const begun = await link.command('read', attributes, { timeoutMs: link.timings.replyMs, signal });
  if (!begun.ok) return begun;
  if (!begun.value.response.acknowledged)
    return err({ reason: 'programmer-refused', command: 'read', logs: begun.value.logs });
  if (!begun.value.response.rawMode) {
    return err({ reason: 'programmer-answer-unexpected', command: 'read', why: 'an ACK without raw mode' });
  }
  const { rawReadMs } = link.timings;
  const untilMs = link.nowMs() + rawReadMs + (1000 * totalBytes) / RAW_RATE_MIN_BYTES_PER_SECOND;
  let failed: Result<void, E> = ok();
  for (let left = totalBytes; left > 0; ) {
    const piece = await link.readRaw(Math.min(left, READ_TRANSFER_BYTES), {
      timeoutMs: rawReadMs,
      untilMs,
      signal,
    });
    if (!piece.ok) return piece;
    left -= piece.value.length;
    if (failed.ok) failed = await take(piece.value);
  }
  const ended = await link.awaitReply('read', { timeoutMs: link.timings.replyMs, signal });
  if (!ended.ok) return ended;
  if (!ended.value.response.acknowledged)
    return err({ reason: 'programmer-refused', command: 'read', logs: ended.value.logs });
  return failed;
}
