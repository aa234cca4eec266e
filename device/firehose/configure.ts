/**
 * `<configure>`: which storage, and how many bytes a raw transfer may have. A NAK with a size says that less is
 * possible, an ACK with `…Supported` that more is (edl 1c); both are taken up.
 */
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { needsSignedDigests } from './greeting.ts';
import {
  CONFIGURE_ATTEMPTS_MAX,
  NAND_PAYLOAD_BYTES,
  PAYLOAD_MAX_BYTES,
  PAYLOAD_MIN_BYTES,
  USB_PACKET_BYTES,
} from './limits.ts';
import type { FirehoseLink } from './link.ts';
import type { FirehoseStorage } from './storage.ts';

/** The payload in bytes, a multiple of the USB packet. */
export async function configure(
  link: FirehoseLink,
  storage: FirehoseStorage,
  signal?: AbortSignal,
): Promise<Result<number, FirehoseFailure>> {
  let askedBytes = storage.type === 'nand' ? NAND_PAYLOAD_BYTES : PAYLOAD_MAX_BYTES;
  let grantedBytes: number | null = null;
  let logs: readonly string[] = [];
  for (let attempt = 0; attempt < CONFIGURE_ATTEMPTS_MAX; attempt++) {
    const reply = await link.command('configure', configureAttributes(storage, askedBytes), {
      timeoutMs: link.timings.replyMs,
      signal,
    });
    if (!reply.ok) return reply;
    ({ logs } = reply.value);
    if (needsSignedDigests(logs)) return err({ reason: 'programmer-needs-signed-digests' });
    const { acknowledged, attributes } = reply.value.response;
    const refusal = judgeAnswer(attributes, storage);
    if (refusal !== null) return err(refusal);
    const offeredBytes = Number(attributes.MaxPayloadSizeToTargetInBytes ?? askedBytes);
    if (acknowledged) {
      const isSecondBest = grantedBytes !== null;
      grantedBytes = wholePackets(Math.min(offeredBytes, askedBytes));
      const wanted = wholePackets(Number(attributes.MaxPayloadSizeToTargetInBytesSupported ?? grantedBytes));
      if (isSecondBest || wanted <= grantedBytes) return ok(grantedBytes);
      askedBytes = Math.min(wanted, PAYLOAD_MAX_BYTES);
      continue;
    }
    // More was promised than is taken: what was granted before is asked for again.
    if (grantedBytes !== null && askedBytes !== grantedBytes) askedBytes = grantedBytes;
    else if (offeredBytes < askedBytes) askedBytes = wholePackets(offeredBytes);
    else break;
  }
  return err({ reason: 'programmer-refused', command: 'configure', logs });
}

/** A transfer that ends within a packet would end where the programmer expects more. */
function wholePackets(bytes: number): number {
  return bytes - (bytes % USB_PACKET_BYTES);
}

function judgeAnswer(
  attributes: Readonly<Record<string, string>>,
  storage: FirehoseStorage,
): FirehoseFailure | null {
  const { MaxPayloadSizeToTargetInBytes: payload, MaxPayloadSizeToTargetInBytesSupported: supported } =
    attributes;
  if (payload !== undefined && !isPayload(payload, PAYLOAD_MAX_BYTES)) return oddPayload(payload);
  if (supported !== undefined && !isPayload(supported, Number.MAX_SAFE_INTEGER)) return oddPayload(supported);
  const memory = attributes.MemoryName;
  // Some say NAND where they were asked for nand.
  if (memory === undefined || memory.toLowerCase() === storage.type) return null;
  return { reason: 'wrong-geometry', wanted: storage.type, found: memory.slice(0, 40) };
}

function isPayload(bytes: string, maxBytes: number): boolean {
  return /^\d{1,16}$/.test(bytes) && Number(bytes) >= PAYLOAD_MIN_BYTES && Number(bytes) <= maxBytes;
}

function oddPayload(bytes: string): FirehoseFailure {
  const why = `a payload of ${bytes.slice(0, 40)} bytes`;
  return { reason: 'programmer-answer-unexpected', command: 'configure', why };
}

function configureAttributes(storage: FirehoseStorage, payloadBytes: number): Attributes {
  return [
    ['MemoryName', storage.type],
    ['Verbose', '0'],
    ['AlwaysValidate', '0'],
    ['MaxDigestTableSizeInBytes', storage.type === 'nand' ? '2048' : '8192'],
    ['MaxPayloadSizeToTargetInBytes', String(payloadBytes)],
    ['ZlpAwareHost', '1'],
    ['SkipStorageInit', '0'],
  ];
}
