/**
 * Finds out what listens in EDL, from whatever state an earlier session left it in (edl 1b, "Robust entry"): a
 * fresh HELLO, a programmer that runs already, a Sahara session that somebody broke off, or silence.
 */
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { resetModem } from './driver.ts';
import { DRAIN_MAX_BYTES, DRAIN_READ_BYTES, DRAIN_READS_MAX, type SaharaTimings } from './limits.ts';
import { type Hello, parsePacket } from './packets.ts';
import type { SaharaFailure } from './sahara-failure.ts';

export type Greeting = { readonly found: 'hello'; readonly hello: Hello } | { readonly found: 'programmer' };

/** Asks a silent modem whether a programmer runs already; a boot ROM in Sahara takes it for a bad packet. */
const NOP_PROBE = utf8('<?xml version="1.0" ?><data><nop /></data>');

/**
 * `sahara-no-hello`: silence, also after the probe. `sahara-stale-session`: the modem was reset; open it again.
 */
export async function greet(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  const heard = await hear(pipe, timings, signal);
  if (heard.ok || heard.failure.reason !== 'sahara-no-hello') return heard;
  const probed = await pipe.transferOut(NOP_PROBE, { timeoutMs: timings.writeMs, signal });
  if (!probed.ok) return probed;
  return hear(pipe, timings, signal);
}

/** Reads until something is understood. Raw bytes of a broken-off `<read>` are read past, within a bound. */
async function hear(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  let drainedBytes = 0;
  for (let reads = 0; reads < DRAIN_READS_MAX && drainedBytes < DRAIN_MAX_BYTES; reads++) {
    const read = await pipe.transferIn(DRAIN_READ_BYTES, { timeoutMs: timings.helloMs, signal });
    if (!read.ok)
      return read.failure.reason === 'transfer-timed-out' ? err({ reason: 'sahara-no-hello' }) : read;
    drainedBytes += read.value.length;
    if (fromUtf8(read.value.subarray(0, 5)) === '<?xml') return ok({ found: 'programmer' });
    const packet = parsePacket(read.value);
    if (!packet.ok) continue;
    if (packet.value.kind === 'hello') return ok({ found: 'hello', hello: packet.value });
    const reset = await resetModem(pipe, timings, signal);
    return reset.ok ? err({ reason: 'sahara-stale-session' }) : reset;
  }
  return err({ reason: 'sahara-no-hello' });
}
