/** Sends the programmer to a modem that said HELLO (edl 1b). */
import { ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { LOAD_MAX_MS, type SaharaTimings } from './limits.ts';
import { type Hello, helloResponse, type ReadRequest } from './packets.ts';
import { stepTransfer, TRANSFER_BEGINS } from './protocol.ts';
import { readPacket } from './read-packet.ts';
import type { SaharaFailure } from './sahara-failure.ts';
import { withDeadline } from './with-deadline.ts';

/**
 * From a HELLO, or from the first request of a modem that has had its answer. No zero-length packets: they are not
 * part of the protocol.
 */
export async function loadProgrammer(
  pipe: Pipe,
  opening: Hello | ReadRequest,
  programmer: { readonly imageId: number; readonly bytes: Uint8Array },
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<void, SaharaFailure>> {
  const bounded = withDeadline(pipe, LOAD_MAX_MS);
  const { writeMs } = timings;
  if (opening.kind === 'hello') {
    const greeted = await bounded.transferOut(helloResponse(opening), { timeoutMs: writeMs, signal });
    if (!greeted.ok) return greeted;
  }
  let state = TRANSFER_BEGINS;
  let waiting = opening.kind === 'read' ? opening : null;
  // Bounded by stepTransfer: READ_REQUESTS_MAX requests.
  for (;;) {
    const packet = waiting === null ? await readPacket(bounded, timings, signal) : ok(waiting);
    waiting = null;
    if (!packet.ok) return packet;
    const step = stepTransfer(state, packet.value, programmer);
    if (!step.ok) return step;
    if (step.value.next === 'started') return ok();
    const sent = await bounded.transferOut(step.value.bytes, { timeoutMs: writeMs, signal });
    if (!sent.ok) return sent;
    state = step.value.state;
  }
}
