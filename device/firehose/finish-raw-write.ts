/**
 * A programmer whose host died in the middle of a `<program>` waits for the rest of the promised bytes and hears
 * no command. Zeros end its wait; the partition is erased and programmed again anyway. Only for a modem whose
 * flash this attempt has already touched.
 */
import { err, type Result } from '../../shared/result.ts';
import { withDeadline } from '../sahara/with-deadline.ts';
import type { Pipe, TransferFailure } from '../transport/pipe.ts';
import {
  type FirehoseTimings,
  NAND_PAYLOAD_BYTES,
  RAW_FINISH_LISTEN_MS,
  RAW_FINISH_MAX_BYTES,
  RAW_FINISH_MAX_MS,
  READ_TRANSFER_BYTES,
} from './limits.ts';

type Heard = Result<Uint8Array<ArrayBuffer>, TransferFailure>;

/**
 * What the programmer said first, once it has spoken again. It is listened to all the while: once its count is full
 * it takes no more until it was heard, and a write that times out would leave a pipe that cannot be used.
 */
export async function finishRawWrite(
  pipe: Pipe,
  timings: FirehoseTimings,
): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure | { readonly reason: 'sahara-no-hello' }>> {
  const bounded = withDeadline(pipe, RAW_FINISH_MAX_MS);
  const { writeMs } = timings;
  const zeros = new Uint8Array(NAND_PAYLOAD_BYTES);
  const state: { heard: Heard | null } = { heard: null };
  const listen = async () => {
    state.heard = null;
    state.heard = await bounded.transferIn(READ_TRANSFER_BYTES, {
      timeoutMs: Math.min(RAW_FINISH_LISTEN_MS, writeMs),
    });
  };
  let listening = listen();
  for (let sentBytes = 0; sentBytes < RAW_FINISH_MAX_BYTES; sentBytes += zeros.length) {
    const writing = bounded.transferOut(zeros, { timeoutMs: writeMs });
    await Promise.race([writing, listening]);
    const sent = await writing;
    if (!sent.ok) await listening;
    if (state.heard !== null) {
      if (isSpoken(state.heard)) return state.heard;
      if (!state.heard.ok && state.heard.failure.reason !== 'transfer-timed-out') return state.heard;
      if (sent.ok) listening = listen();
    }
    if (!sent.ok) return sent;
  }
  await listening;
  return state.heard !== null && isSpoken(state.heard) ? state.heard : err({ reason: 'sahara-no-hello' });
}

/** A transfer of no bytes says nothing. */
function isSpoken(heard: Heard): boolean {
  return heard.ok && heard.value.length > 0;
}
