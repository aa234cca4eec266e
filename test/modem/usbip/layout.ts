/**
 * USB/IP as bytes (the kernel's documentation of the protocol, version 1.1.1): everything big-endian but the setup
 * packet. Before the import operations, after it URBs.
 */
import type { UsbComposition, UsbSpeed } from '../usb-compositions.ts';
import type { Setup } from './control-requests.ts';

const VERSION = 0x0111;
export const OPERATION_HEADER_BYTES = 8;
export const BUSID_BYTES = 32;
export const URB_HEADER_BYTES = 48;
const PATH_BYTES = 256;
const RECORD_BYTES = 312;
const LINUX_SPEED = { high: 3, super: 5 } as const;

const REQUEST = { deviceList: 0x8005, import: 0x8003 } as const;
const REPLY = { deviceList: 0x0005, import: 0x0003 } as const;
export type OperationName = keyof typeof REQUEST;

/** `busy`: exported to somebody. `absent`: nothing has this busid now. */
export const IMPORT_STATUS = { busy: 2, absent: 4 } as const;

/** Negative Linux errno, as URBs carry it. */
export const URB_STATUS = { ok: 0, stall: -32, overflow: -75, unlinked: -104 } as const;

/** The operation an 8-byte header asks for; `undefined` for another version or operation. */
export function parseOperation(header: Buffer): OperationName | undefined {
  if (header.readUInt16BE(0) !== VERSION) return undefined;
  const code = header.readUInt16BE(2);
  return (Object.keys(REQUEST) as OperationName[]).find((name) => REQUEST[name] === code);
}

/** A busid of 32 bytes, ended by NUL. */
export function parseBusid(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
}

function operationReply(operation: OperationName, status: number): Buffer {
  const header = Buffer.alloc(OPERATION_HEADER_BYTES);
  header.writeUInt16BE(VERSION, 0);
  header.writeUInt16BE(REPLY[operation], 2);
  header.writeUInt32BE(status, 4);
  return header;
}

export type ExportedDevice = {
  readonly composition: UsbComposition;
  readonly speed: UsbSpeed;
  readonly busid: string;
  /** Increases at every enumeration. */
  readonly deviceNumber: number;
};

/** 320 bytes: the header and the device's record. */
export function importReply(device: ExportedDevice): Buffer {
  return Buffer.concat([operationReply('import', 0), deviceRecord(device)]);
}

/** The header alone; the connection is closed after it. */
export function importRefusal(reason: keyof typeof IMPORT_STATUS): Buffer {
  return operationReply('import', IMPORT_STATUS[reason]);
}

/** Header, count, and for each device its record and four bytes an interface. */
export function deviceListReply(devices: readonly ExportedDevice[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(devices.length);
  const records = devices.flatMap((device) => [
    deviceRecord(device),
    ...device.composition.interfaces.map(({ classCode }) => Uint8Array.of(...classCode, 0)),
  ]);
  return Buffer.concat([operationReply('deviceList', 0), count, ...records]);
}

function deviceRecord({ composition, speed, busid, deviceNumber }: ExportedDevice): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  const busNumber = Number.parseInt(busid, 10);
  record.write(`/sys/devices/simulated/usb${busNumber}/${busid}`, 0, PATH_BYTES - 1, 'latin1');
  record.write(busid, PATH_BYTES, BUSID_BYTES - 1, 'latin1');
  record.writeUInt32BE(busNumber, 288);
  record.writeUInt32BE(deviceNumber, 292);
  record.writeUInt32BE(LINUX_SPEED[speed], 296);
  record.writeUInt16BE(composition.vendorId, 300);
  record.writeUInt16BE(composition.productId, 302);
  record.writeUInt16BE(composition.bcdDevice, 304);
  // Class, subclass and protocol stand at the interfaces; 309 is the configuration in use.
  record.set([0, 0, 0, 0, 1, composition.interfaces.length], 306);
  return record;
}

export type UrbSubmit = {
  readonly kind: 'submit';
  readonly sequence: number;
  readonly direction: 'in' | 'out';
  /** Without the direction bit. */
  readonly endpoint: number;
  /** URB_ZERO_PACKET: a transfer that fills its last packet ends with a zero-length one. */
  readonly hasZeroPacket: boolean;
  readonly lengthBytes: number;
  readonly isIsochronous: boolean;
  readonly setup: Setup;
};
export type UrbUnlink = { readonly kind: 'unlink'; readonly sequence: number; readonly target: number };

const COMMAND = { submit: 1, unlink: 2, submitReply: 3, unlinkReply: 4 } as const;
const URB_ZERO_PACKET = 0x40;
const NO_PACKETS = 0xffff_ffff;

/** A 48-byte header; the data of an OUT transfer follows it. `undefined`: no command a client sends. */
export function parseUrbHeader(header: Buffer): UrbSubmit | UrbUnlink | undefined {
  const command = header.readUInt32BE(0);
  const sequence = header.readUInt32BE(4);
  if (command === COMMAND.unlink) return { kind: 'unlink', sequence, target: header.readUInt32BE(20) };
  if (command !== COMMAND.submit) return undefined;
  const packetCount = header.readUInt32BE(32);
  return {
    kind: 'submit',
    sequence,
    direction: header.readUInt32BE(12) === 0 ? 'out' : 'in',
    endpoint: header.readUInt32BE(16),
    hasZeroPacket: (header.readUInt32BE(20) & URB_ZERO_PACKET) !== 0,
    lengthBytes: header.readInt32BE(24),
    isIsochronous: packetCount !== 0 && packetCount !== NO_PACKETS,
    setup: {
      requestType: header.readUInt8(40),
      request: header.readUInt8(41),
      value: header.readUInt16LE(42),
      index: header.readUInt16LE(44),
      lengthBytes: header.readUInt16LE(46),
    },
  };
}

/** RET_SUBMIT; `bytes` only of an IN transfer. */
export function submitReply(reply: {
  readonly sequence: number;
  readonly status: number;
  readonly actualBytes: number;
  readonly bytes?: Uint8Array;
}): Buffer {
  const { sequence, status, actualBytes, bytes } = reply;
  const packet = Buffer.alloc(URB_HEADER_BYTES + (bytes?.length ?? 0));
  packet.writeUInt32BE(COMMAND.submitReply, 0);
  packet.writeUInt32BE(sequence, 4);
  packet.writeInt32BE(status, 20);
  packet.writeInt32BE(actualBytes, 24);
  if (bytes !== undefined) packet.set(bytes, URB_HEADER_BYTES);
  return packet;
}

/** RET_UNLINK: -104 where the URB was still queued and has no RET_SUBMIT, 0 where it was answered before. */
export function unlinkReply(sequence: number, { wasQueued }: { readonly wasQueued: boolean }): Buffer {
  const packet = Buffer.alloc(URB_HEADER_BYTES);
  packet.writeUInt32BE(COMMAND.unlinkReply, 0);
  packet.writeUInt32BE(sequence, 4);
  packet.writeInt32BE(wasQueued ? URB_STATUS.unlinked : URB_STATUS.ok, 20);
  return packet;
}
