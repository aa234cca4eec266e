/**
 * Brings a modem in EDL to a running programmer, from whatever state its Sahara session is in (edl 1b, "Robust
 * entry"): fresh HELLO, programmer already running, a session somebody left behind, or silence.
 */
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import {
  HELLO_TIMEOUT_MS,
  PACKET_MAX_BYTES,
  timings.replyMs,
  STALE_READS_MAX,
  timings.writeMs,
} from './limits.ts';
import { helloResponse, parsePacket, resetPacket, type SaharaPacket } from './packets.ts';
import { stepTransfer, TRANSFER_BEGINS } from './protocol.ts';
import type { SaharaFailure } from './sahara-failure.ts';

type Hello = Extract<SaharaPacket, { kind: 'hello' }>;
export type Greeting = { readonly found: 'hello'; readonly hello: Hello } | { readonly found: 'programmer' };

/** Asks a silent modem whether a programmer runs already; a PBL in Sahara takes it for a bad packet. */
const NOP_PROBE = utf8('<?xml version="1.0" ?><data><nop /></data>');

/** Finds out what is listening. After `sahara-stale-session` the modem was reset: open it again. */
export async function greet(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  const heard = await hear(pipe, timings, signal);
  if (heard.ok || heard.failure.reason !== 'sahara-no-hello') return heard;
  const probed = await pipe.transferOut(NOP_PROBE, { timeoutMs: timings.writeMs, signal });
  if (!probed.ok) return probed;
  const answered = await hear(pipe, timings, signal);
  if (answered.ok || answered.failure.reason !== 'sahara-no-hello') return answered;
  return resetStaleSession(pipe, timings, signal);
}

async function hear(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  for (let reads = 0; reads < STALE_READS_MAX; reads++) {
    const read = await pipe.transferIn(PACKET_MAX_BYTES, { timeoutMs: timings.helloMs, signal });
    if (!read.ok)
      return read.failure.reason === 'transfer-timed-out' ? err({ reason: 'sahara-no-hello' }) : read;
    if (read.value.length === 0) continue;
    if (fromUtf8(read.value.subarray(0, 5)) === '<?xml') return ok({ found: 'programmer' });
    const packet = parsePacket(read.value);
    if (packet.ok && packet.value.kind === 'hello') return ok({ found: 'hello', hello: packet.value });
    return resetStaleSession(pipe, timings, signal);
  }
  return resetStaleSession(pipe, timings, signal);
}

async function resetStaleSession(pipe: Pipe, timings: SaharaTimings, signal?: AbortSignal): Promise<Result<never, SaharaFailure>> {
  const reset = await resetModem(pipe, timings, signal);
  return reset.ok ? err({ reason: 'sahara-stale-session' }) : reset;
}

/** Leaves EDL without writing: the modem restarts, into normal mode if its boot partition is whole. */
export async function resetModem(pipe: Pipe, timings: SaharaTimings, signal?: AbortSignal): Promise<Result<void, SaharaFailure>> {
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
