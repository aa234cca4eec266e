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
  memoryDebug: 0x09,
  commandReady: 0x0b,
  switchMode: 0x0c,
  execute: 0x0d,
  executeResponse: 0x0e,
  executeData: 0x0f,
  memoryDebug64: 0x10,
  readRequest64: 0x12,
  resetStateMachine: 0x13,
} as const;

/** What a HELLO and its answer may agree on. */
export const SAHARA_MODE = { imageTransfer: 0, memoryDebug: 2, command: 3 } as const;

/** What a modem in command mode may be asked for. */
export const CLIENT_COMMAND = { serialNumber: 1, hardwareId: 2, oemKeyHash: 3, chipIdV3: 0x0a } as const;

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
  | { readonly kind: 'reset-response' }
  | { readonly kind: 'command-ready' }
  | { readonly kind: 'execute-response'; readonly clientCommand: number; readonly dataBytes: number }
  /** A modem that has crashed offers its memory. */
  | { readonly kind: 'memory-debug' };

export type Hello = Extract<SaharaPacket, { kind: 'hello' }>;
export type ReadRequest = Extract<SaharaPacket, { kind: 'read' }>;

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
  [SAHARA.commandReady, 0x08],
  [SAHARA.executeResponse, 0x10],
  [SAHARA.memoryDebug, 0x10],
  [SAHARA.memoryDebug64, 0x18],
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
    case SAHARA.commandReady:
      return ok({ kind: 'command-ready' });
    case SAHARA.executeResponse:
      return ok({ kind: 'execute-response', clientCommand: u32(8), dataBytes: u32(12) });
    case SAHARA.resetResponse:
      return ok({ kind: 'reset-response' });
    default:
      return ok({ kind: 'memory-debug' });
  }
}

/** Agrees on a mode; `imageTransfer` where nothing else is wanted. */
export function helloResponse(
  hello: { readonly version: number; readonly compatible: number },
  mode: number = SAHARA_MODE.imageTransfer,
): Uint8Array<ArrayBuffer> {
  const reserved = [0, 0, 0, 0, 0, 0];
  return packet(SAHARA.helloResponse, [hello.version, hello.compatible, 0, mode, ...reserved]);
}

export function donePacket(): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.done, []);
}

export function resetPacket(): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.reset, []);
}

/** Begins the conversation anew without a restart; Sahara 2.9 and later (edl 1b). */
export function resetStateMachinePacket(): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.resetStateMachine, []);
}

export function switchModePacket(mode: number): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.switchMode, [mode]);
}

export function executePacket(clientCommand: number): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.execute, [clientCommand]);
}

/** Asks for the bytes that an EXECUTE_RESP has announced. */
export function executeDataPacket(clientCommand: number): Uint8Array<ArrayBuffer> {
  return packet(SAHARA.executeData, [clientCommand]);
}

function packet(command: number, fields: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + 4 * fields.length);
  const view = new DataView(bytes.buffer);
  [command, bytes.length, ...fields].forEach((field, i) => {
    view.setUint32(4 * i, field, true);
  });
  return bytes;
}
