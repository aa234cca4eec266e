/** The next packet of the modem. Transfers of no bytes are read past, some of them. */
import { err, type Result } from '../../shared/result.ts';
import type { Pipe, TransferFailure } from '../transport/pipe.ts';
import { EMPTY_TRANSFERS_MAX, PACKET_MAX_BYTES, type SaharaTimings } from './limits.ts';
import { type PacketFailure, parsePacket, type SaharaPacket } from './packets.ts';

export async function readPacket(
  pipe: Pipe,
  { replyMs }: Pick<SaharaTimings, 'replyMs'>,
  signal?: AbortSignal,
): Promise<Result<SaharaPacket, TransferFailure | PacketFailure>> {
  const read = await readSomething(pipe, PACKET_MAX_BYTES, replyMs, signal);
  return read.ok ? parsePacket(read.value) : read;
}

/** At least one byte and at most `maxBytes`. */
export async function readSomething(
  pipe: Pipe,
  maxBytes: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>> {
  for (let empty = 0; empty <= EMPTY_TRANSFERS_MAX; empty++) {
    const read = await pipe.transferIn(maxBytes, { timeoutMs, signal });
    if (!read.ok || read.value.length > 0) return read;
  }
  return err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs });
}
