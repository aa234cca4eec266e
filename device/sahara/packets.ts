/** Sahara packets as data: little-endian u32 fields behind an 8-byte header of command and length (edl 1b). */
import { err, ok, type Result } from '../../shared/result.ts';

export const SAHARA = {
  hello: 0x01,
  helloResponse: 0x02,
  readRequest: 0x03,
  endOfImage: 0x04,
  done: 0x05,
  doneResponse: 0x06,
  reset: 0x07,
  resetResponse: 0x08,
  readRequest64: 0x12,
} as const;

export const MODE_IMAGE_TRANSFER = 0;

export type SaharaPacket =
  | {
      readonly kind: 'hello';
      readonly version: number;
      readonly compatible: number;
      readonly maxPacketBytes: number;
      readonly mode: number;
    }
  | {
      readonly kind: 'read';
      readonly imageId: number;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
    }
  | { readonly kind: 'end'; readonly imageId: number; readonly status: number }
  | { readonly kind: 'done-response'; readonly complete: boolean }
  | { readonly kind: 'reset-response' };

export type Hello = Extract<SaharaPacket, { kind: 'hello' }>;

export type PacketFailure = {
  readonly reason: 'sahara-packet-unknown';
  readonly command: number;
  readonly bytes: number;
};

const LENGTHS: ReadonlyMap<number, number> = new Map([
  [SAHARA.hello, 0x30],
  [SAHARA.readRequest, 0x14],
  [SAHARA.endOfImage, 0x10],
  [SAHARA.doneResponse, 0x0c],
  [SAHARA.resetResponse, 0x08],
  [SAHARA.readRequest64, 0x20],
]);

/** A packet from the modem; its length field and the transfer must both be exactly right. */
export function parsePacket(bytes: Uint8Array): Result<SaharaPacket, PacketFailure> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u32 = (offset: number) => view.getUint32(offset, true);
  // Above 2^53 it is rounded, which every bound on offsets and lengths refuses anyway.
  const u64 = (offset: number) => u32(offset) + u32(offset + 4) * 2 ** 32;
  const command = bytes.length >= 8 ? u32(0) : 0;
  const length = LENGTHS.get(command);
  if (length === undefined || bytes.length !== length || u32(4) !== length) {
    return err({ reason: 'sahara-packet-unknown', command, bytes: bytes.length });
  }
  switch (command) {
    case SAHARA.hello:
      return ok({
        kind: 'hello',
        version: u32(8),
        compatible: u32(12),
        maxPacketBytes: u32(16),
        mode: u32(20),
      });
    case SAHARA.readRequest:
      return ok({ kind: 'read', imageId: u32(8), offsetBytes: u32(12), lengthBytes: u32(16) });
    case SAHARA.readRequest64:
      return ok({ kind: 'read', imageId: u64(8), offsetBytes: u64(16), lengthBytes: u64(24) });
    case SAHARA.endOfImage:
      return ok({ kind: 'end', imageId: u32(8), status: u32(12) });
    case SAHARA.doneResponse:
      return ok({ kind: 'done-response', complete: u32(8) === 1 });
    default:
      return ok({ kind: 'reset-response' });
  }
}

export function helloResponse(hello: {
  readonly version: number;
  readonly compatible: number;
}): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.helloResponse, [
    hello.version,
    hello.compatible,
    0,
    MODE_IMAGE_TRANSFER,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
}

export function donePacket(): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.done, []);
}

export function resetPacket(): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.reset, []);
}

function packet(command: number, fields: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + 4 * fields.length);
  const view = new DataView(bytes.buffer);
  [command, bytes.length, ...fields].forEach((field, i) => {
    view.setUint32(4 * i, field, true);
  });
  return bytes;
}
