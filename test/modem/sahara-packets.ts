/** Sahara packets as the device sends and reads them (edl 1b): little-endian u32 command, length, body. */

export const SAHARA = {
  hello: 0x01,
  helloResponse: 0x02,
  readData: 0x03,
  endImage: 0x04,
  done: 0x05,
  doneResponse: 0x06,
  reset: 0x07,
  resetResponse: 0x08,
  memoryDebug: 0x09,
  memoryRead: 0x0a,
  commandReady: 0x0b,
  switchMode: 0x0c,
  execute: 0x0d,
  executeResponse: 0x0e,
  executeData: 0x0f,
  readData64: 0x12,
  resetStateMachine: 0x13,
} as const;

/** What HELLO offers, and HELLO_RESP and SWITCH_MODE choose. */
export const SAHARA_MODE = { imageTransfer: 0, memoryDebug: 2, command: 3 } as const;

/** Status codes of END_IMAGE_TX (edl 1b, the enum). */
export const SAHARA_STATUS = {
  success: 0x00,
  invalidCommand: 0x01,
  protocolMismatch: 0x02,
  invalidPacketSize: 0x05,
  invalidImageSize: 0x0a,
  readDataError: 0x0d,
  unsupportedProgramHeaders: 0x0e,
  invalidElfHeader: 0x14,
  invalidHostMode: 0x18,
  invalidMemoryRead: 0x19,
  invalidModeSwitch: 0x1c,
  commandUnsupported: 0x1f,
  commandDataInvalid: 0x20,
  hashTableAuthenticationFailure: 0x21,
  hashVerificationFailure: 0x22,
} as const;

export const HELLO_RESPONSE_BYTES = 0x30;
const HELLO_BYTES = 0x30;

/** Packet of `command` with these u32 fields after command and length. */
export function saharaPacket(command: number, ...fields: number[]): Uint8Array {
  const packet = Buffer.alloc(8 + fields.length * 4);
  packet.writeUInt32LE(command, 0);
  packet.writeUInt32LE(packet.length, 4);
  fields.forEach((field, index) => {
    packet.writeUInt32LE(field, 8 + index * 4);
  });
  return packet;
}

/** Packet of `command` with these u64 fields: what 64-bit boot ROMs ask with. */
export function saharaPacket64(command: number, ...fields: number[]): Uint8Array {
  return saharaPacket(command, ...fields.flatMap((field) => [field % 2 ** 32, Math.floor(field / 2 ** 32)]));
}

/** Version, lowest version, largest command, mode (0: an image is wanted), six reserved words. */
export function saharaHello(
  dialect: { readonly version: number; readonly lowestVersion: number; readonly commandMaxBytes: number },
  mode: number,
): Uint8Array {
  const fields = new Array<number>((HELLO_BYTES - 8) / 4).fill(0);
  fields.splice(0, 4, dialect.version, dialect.lowestVersion, dialect.commandMaxBytes, mode);
  return saharaPacket(SAHARA.hello, ...fields);
}

export type HostPacket = { readonly command: number; readonly fields: readonly number[] };

/** A packet whose stated length is its length; anything else is `undefined`. */
export function parseHostPacket(bytes: Uint8Array): HostPacket | undefined {
  if (bytes.length < 8 || bytes.length % 4 !== 0 || bytes.length > 0x400) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(4, true) !== bytes.length) return undefined;
  const fields = Array.from({ length: bytes.length / 4 - 2 }, (_, index) =>
    view.getUint32(8 + index * 4, true),
  );
  return { command: view.getUint32(0, true), fields };
}
