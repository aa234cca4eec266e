/** Ends a conversation with Sahara: by a restart of the modem, or by beginning anew where it can (edl 1b). */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { PACKET_MAX_BYTES, RESETS_MAX, type SaharaTimings, STALE_READS_MAX } from './limits.ts';
import { type Hello, parsePacket, resetPacket, resetStateMachinePacket } from './packets.ts';
import { readPacket, readSomething } from './read-packet.ts';
import type { SaharaFailure } from './sahara-failure.ts';

const RESET_RESPONSE_BYTES = 8;

/**
 * Leaves EDL without writing: the modem restarts, into normal mode if its boot partition is whole. A modem that was
 * waiting for image data takes the first RESET for such, complains, and hears the next.
 */
export async function resetModem(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<void, SaharaFailure>> {
  let failure: SaharaFailure = {
    reason: 'sahara-unexpected-packet',
    wanted: 'RESET_RESP',
    got: 'other packets',
  };
  for (let resets = 0; resets < RESETS_MAX; resets++) {
    const sent = await pipe.transferOut(resetPacket(), { timeoutMs: timings.writeMs, signal });
    // Gone between two of them: it restarts.
    if (!sent.ok) return resets > 0 && sent.failure.reason === 'modem-disconnected' ? ok() : sent;
    const answered = await awaitReset(pipe, timings, signal);
    if (answered.ok) {
      if (answered.value === 'reset') return ok();
      continue;
    }
    if (answered.failure.reason !== 'transfer-timed-out') return answered;
    failure = answered.failure;
  }
  return err(failure);
}

/**
 * Complaints may be older than the RESET, of what a tty echoed before it was raw, so its answer is read for behind them;
 * but no longer than a HELLO takes, because a modem that took the RESET for image data says nothing more.
 */
async function awaitReset(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<'reset' | 'not-heard', SaharaFailure>> {
  let hasComplained = false;
  for (let reads = 0; reads < STALE_READS_MAX; reads++) {
    const timeoutMs = hasComplained ? timings.helloMs : timings.replyMs;
    const read = await readSomething(pipe, PACKET_MAX_BYTES, timeoutMs, signal);
    if (!read.ok) {
      // It may be gone before its answer is read.
      if (read.failure.reason === 'modem-disconnected') return ok('reset');
      return hasComplained && read.failure.reason === 'transfer-timed-out' ? ok('not-heard') : read;
    }
    if (endsWithResetResponse(read.value)) return ok('reset');
    const packet = parsePacket(read.value);
    hasComplained ||= packet.ok && packet.value.kind === 'end';
  }
  return ok('not-heard');
}

/** A tty may give several packets in one read. */
function endsWithResetResponse(bytes: Uint8Array): boolean {
  const last = parsePacket(bytes.subarray(-RESET_RESPONSE_BYTES));
  return last.ok && last.value.kind === 'reset-response';
}

/** The new HELLO without a restart, or null where the modem does not know how to (before Sahara 2.9). */
export async function resetStateMachine(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Hello | null, SaharaFailure>> {
  const sent = await pipe.transferOut(resetStateMachinePacket(), { timeoutMs: timings.writeMs, signal });
  if (!sent.ok) return sent;
  for (let reads = 0; reads < STALE_READS_MAX; reads++) {
    const packet = await readPacket(pipe, { replyMs: timings.helloMs }, signal);
    if (packet.ok) {
      if (packet.value.kind === 'hello') return ok(packet.value);
    } else if (packet.failure.reason === 'transfer-timed-out') {
      return ok(null);
    } else if (packet.failure.reason !== 'sahara-packet-unknown') {
      return packet;
    }
  }
  return ok(null);
}
