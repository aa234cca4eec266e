/**
 * A programmer whose host died in the middle of a `<program>` waits for the rest of the promised bytes and hears
 * no command. Zeros end its wait; the partition is erased and programmed again anyway. Only for a modem whose
 * flash this attempt has already touched.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { withDeadline } from '../sahara/with-deadline.ts';
import type { Pipe, TransferFailure } from '../transport/pipe.ts';
import {
  type FirehoseTimings,
  NAND_PAYLOAD_BYTES,
  RAW_FINISH_BURST,
  RAW_FINISH_MAX_BYTES,
  RAW_FINISH_MAX_MS,
  READ_TRANSFER_BYTES,
} from './limits.ts';

/** What the programmer said first, once it has spoken again. */
export async function finishRawWrite(
  pipe: Pipe,
  timings: FirehoseTimings,
): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure | { readonly reason: 'sahara-no-hello' }>> {
  const bounded = withDeadline(pipe, RAW_FINISH_MAX_MS);
  const zeros = new Uint8Array(NAND_PAYLOAD_BYTES);
  for (let sentBytes = 0; sentBytes < RAW_FINISH_MAX_BYTES; sentBytes += RAW_FINISH_BURST * zeros.length) {
    for (let i = 0; i < RAW_FINISH_BURST; i++) {
      const sent = await bounded.transferOut(zeros, { timeoutMs: timings.writeMs });
      if (!sent.ok) return sent;
    }
    const heard = await bounded.transferIn(READ_TRANSFER_BYTES, { timeoutMs: timings.quietMs });
    // A transfer of no bytes says nothing.
    if (heard.ok && heard.value.length > 0) return ok(heard.value);
    if (heard.ok) continue;
    if (heard.failure.reason !== 'transfer-timed-out') return heard;
  }
  return err({ reason: 'sahara-no-hello' });
}
