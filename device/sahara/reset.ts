/** Ends a conversation with Sahara: by a restart of the modem, or by beginning anew where it can (edl 1b). */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { RESETS_MAX, type SaharaTimings, STALE_READS_MAX } from './limits.ts';
import { type Hello, resetPacket, resetStateMachinePacket } from './packets.ts';
import { readPacket } from './read-packet.ts';
import type { SaharaFailure } from './sahara-failure.ts';

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

async function awaitReset(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<'reset' | 'not-heard', SaharaFailure>> {
  for (let reads = 0; reads < STALE_READS_MAX; reads++) {
    const packet = await readPacket(pipe, timings, signal);
    if (packet.ok) {
      if (packet.value.kind === 'reset-response') return ok('reset');
      if (packet.value.kind === 'end') return ok('not-heard');
    } else if (packet.failure.reason === 'modem-disconnected') {
      // It may be gone before its answer is read.
      return ok('reset');
    } else if (packet.failure.reason !== 'sahara-packet-unknown') {
      return packet;
    }
  }
  return ok('not-heard');
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
