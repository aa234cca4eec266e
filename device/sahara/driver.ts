/** Sends the programmer to a modem that said HELLO, and resets one that should leave EDL (edl 1b). */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { PACKET_MAX_BYTES, type SaharaTimings, STALE_READS_MAX } from './limits.ts';
import { type Hello, helloResponse, parsePacket, resetPacket } from './packets.ts';
import { stepTransfer, TRANSFER_BEGINS } from './protocol.ts';
import type { SaharaFailure } from './sahara-failure.ts';

/** Leaves EDL without writing: the modem restarts, into normal mode if its boot partition is whole. */
export async function resetModem(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<void, SaharaFailure>> {
  const sent = await pipe.transferOut(resetPacket(), { timeoutMs: timings.writeMs, signal });
  if (!sent.ok) return sent;
  for (let reads = 0; reads < STALE_READS_MAX; reads++) {
    const read = await pipe.transferIn(PACKET_MAX_BYTES, { timeoutMs: timings.replyMs, signal });
    // It may be gone before its answer is read.
    if (!read.ok) return read.failure.reason === 'modem-disconnected' ? ok() : read;
    const packet = parsePacket(read.value);
    if (packet.ok && packet.value.kind === 'reset-response') return ok();
  }
  return err({ reason: 'sahara-unexpected-packet', wanted: 'RESET_RESP', got: 'other packets' });
}

/** Sends the programmer after a HELLO. No zero-length packets: they are not part of the protocol (edl 1b). */
export async function loadProgrammer(
  pipe: Pipe,
  hello: Hello,
  programmer: { readonly imageId: number; readonly bytes: Uint8Array },
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<void, SaharaFailure>> {
  const greeted = await pipe.transferOut(helloResponse(hello), { timeoutMs: timings.writeMs, signal });
  if (!greeted.ok) return greeted;
  let state = TRANSFER_BEGINS;
  // Bounded by stepTransfer: READ_REQUESTS_MAX requests.
  for (;;) {
    const read = await pipe.transferIn(PACKET_MAX_BYTES, { timeoutMs: timings.replyMs, signal });
    if (!read.ok) return read;
    const packet = parsePacket(read.value);
    if (!packet.ok) return packet;
    const step = stepTransfer(state, packet.value, programmer);
    if (!step.ok) return step;
    if (step.value.next === 'started') return ok();
    const sent = await pipe.transferOut(step.value.bytes, { timeoutMs: timings.writeMs, signal });
    if (!sent.ok) return sent;
    state = step.value.state;
  }
}
