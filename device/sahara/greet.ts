/**
 * Finds out what listens in EDL, from whatever state an earlier session left it in (edl 1b, "Robust entry"): a
 * fresh HELLO, a programmer that runs already, a Sahara session that somebody broke off, or silence.
 */
import { utf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import {
  DRAIN_MAX_BYTES,
  DRAIN_READ_BYTES,
  DRAIN_READS_MAX,
  GREET_MAX_MS,
  PACKET_MAX_BYTES,
  type SaharaTimings,
} from './limits.ts';
import { type Hello, parsePacket, SAHARA_MODE } from './packets.ts';
import { readSomething } from './read-packet.ts';
import { resetModem } from './reset.ts';
import type { SaharaFailure } from './sahara-failure.ts';
import { withDeadline } from './with-deadline.ts';

export type Greeting =
  | { readonly found: 'hello'; readonly hello: Hello }
  /** With what was heard of it already, which may end within a document. */
  | { readonly found: 'programmer'; readonly heard: Uint8Array<ArrayBuffer> };

/** Asks a silent modem whether a programmer runs already; a boot ROM in Sahara takes it for a bad packet. */
const NOP_PROBE = utf8('<?xml version="1.0" ?><data><nop /></data>');
const XML_START = utf8('<?xml');

/**
 * `sahara-no-hello`: silence, also after the probe. `sahara-stale-session`: the modem was reset; open it again.
 */
export async function greet(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  const bounded = withDeadline(pipe, GREET_MAX_MS);
  const heard = await hear(bounded, timings, signal);
  if (heard.ok || heard.failure.reason !== 'sahara-no-hello') return heard;
  const probed = await bounded.transferOut(NOP_PROBE, { timeoutMs: timings.writeMs, signal });
  if (!probed.ok) return probed;
  const found = await hear(bounded, timings, signal);
  return found.ok && found.value.found === 'hello' ? judgeLateHello(bounded, found, timings, signal) : found;
}

/** A HELLO that crossed the question is followed by the boot ROM's complaint about it: that session is spoilt. */
async function judgeLateHello(
  pipe: Pipe,
  late: Result<Greeting, never>,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  const next = await readSomething(pipe, PACKET_MAX_BYTES, timings.helloMs, signal);
  if (!next.ok) return next.failure.reason === 'transfer-timed-out' ? late : next;
  return leaveSession(pipe, timings, signal);
}

async function leaveSession(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<never, SaharaFailure>> {
  const reset = await resetModem(pipe, timings, signal);
  return reset.ok ? err({ reason: 'sahara-stale-session' }) : reset;
}

/** Reads until something is understood. Raw bytes of a broken-off `<read>` are read past, within a bound. */
async function hear(
  pipe: Pipe,
  timings: SaharaTimings,
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  let drainedBytes = 0;
  for (let reads = 0; reads < DRAIN_READS_MAX && drainedBytes < DRAIN_MAX_BYTES; reads++) {
    const read = await readSomething(pipe, DRAIN_READ_BYTES, timings.helloMs, signal);
    if (!read.ok)
      return read.failure.reason === 'transfer-timed-out' ? err({ reason: 'sahara-no-hello' }) : read;
    drainedBytes += read.value.length;
    if (XML_START.every((byte, i) => read.value[i] === byte))
      return ok({ found: 'programmer', heard: read.value });
    const packet = parsePacket(read.value);
    if (!packet.ok) continue;
    // A modem that has crashed says HELLO too, to give its memory away; it takes no programmer.
    if (packet.value.kind === 'hello' && packet.value.mode !== SAHARA_MODE.memoryDebug)
      return ok({ found: 'hello', hello: packet.value });
    return leaveSession(pipe, timings, signal);
  }
  return err({ reason: 'sahara-no-hello' });
}
