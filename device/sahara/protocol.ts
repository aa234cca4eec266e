/**
 * The image transfer of Sahara as a pure step function: one packet from the modem in, what to send out. The modem
 * asks for parts of the programmer in any order; every request must lie inside it, and their sum is bounded.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { READ_MAX_BYTES, READ_REQUESTS_MAX, TOTAL_READ_FACTOR } from './limits.ts';
import { donePacket, type SaharaPacket } from './packets.ts';
import type { SaharaFailure } from './sahara-failure.ts';
import { meaningOfStatus, rejectsProgrammer } from './status.ts';

export type TransferState = {
  readonly phase: 'transferring' | 'awaiting-done';
  readonly requests: number;
  readonly sentBytes: number;
};

export type TransferStep =
  | { readonly next: 'send'; readonly bytes: Uint8Array; readonly state: TransferState }
  | { readonly next: 'started' };

export const TRANSFER_BEGINS: TransferState = { phase: 'transferring', requests: 0, sentBytes: 0 };

export function stepTransfer(
  state: TransferState,
  packet: SaharaPacket,
  programmer: { readonly imageId: number; readonly bytes: Uint8Array },
): Result<TransferStep, SaharaFailure> {
  if (packet.kind === 'end' && packet.status !== 0) return err(failureOfStatus(packet.status));
  if (state.phase === 'awaiting-done') {
    // MDM9x07 answers PENDING, SDX55 COMPLETE; with a single image both mean that the programmer starts (edl 1b).
    return packet.kind === 'done-response' ? ok({ next: 'started' }) : unexpected('DONE_RESP', packet);
  }
  if (packet.kind === 'end') {
    return ok({ next: 'send', bytes: donePacket(), state: { ...state, phase: 'awaiting-done' } });
  }
  if (packet.kind !== 'read') return unexpected('READ_DATA', packet);
  if (packet.imageId !== programmer.imageId) return err(failureOfStatus(0x06));
  const { offsetBytes, lengthBytes } = packet;
  const programmerBytes = programmer.bytes.length;
  if (lengthBytes === 0 || lengthBytes > READ_MAX_BYTES || offsetBytes + lengthBytes > programmerBytes) {
    return err({ reason: 'sahara-read-out-of-bounds', offsetBytes, lengthBytes, programmerBytes });
  }
  const sentBytes = state.sentBytes + lengthBytes;
  if (state.requests >= READ_REQUESTS_MAX || sentBytes > TOTAL_READ_FACTOR * programmerBytes) {
    return err({ reason: 'sahara-too-many-reads' });
  }
  const bytes = programmer.bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
  return ok({
    next: 'send',
    bytes,
    state: { phase: 'transferring', requests: state.requests + 1, sentBytes },
  });
}

function unexpected(wanted: string, packet: SaharaPacket): Result<never, SaharaFailure> {
  return err({ reason: 'sahara-unexpected-packet', wanted, got: packet.kind });
}

export function failureOfStatus(status: number): SaharaFailure {
  const reason = rejectsProgrammer(status) ? 'programmer-rejected' : 'sahara-error';
  return { reason, status, meaning: meaningOfStatus(status) };
}
