/**
 * The image format of the simulated world: what lets the simulated boot tell a complete image from a torn one.
 * A 192-byte header stands before the payload (numbers little-endian):
 *
 *     0 magic "CISTNIMG" | 8 format u32 | 12 payload length u32 | 16 partition[16] | 32 chip[16]
 *     48 firmware version[80] | 128 SHA-256 of the payload | 160 SHA-256 of bytes 0..159
 *
 * Real images carry ELF or UBI structures and a signature instead; the modem only needs that a flipped bit, a
 * missing page, a wrong partition, chip or version is seen.
 */
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../../shared/result.ts';

export const IMAGE_HEADER_BYTES = 192;

const MAGIC = 'CISTNIMG';
const FORMAT = 1;
const FIELDS = {
  partition: { offset: 16, bytes: 16 },
  chip: { offset: 32, bytes: 16 },
  firmware: { offset: 48, bytes: 80 },
} as const;
const PAYLOAD_DIGEST_OFFSET = 128;
const HEADER_DIGEST_OFFSET = 160;

export type ImageHeader = {
  readonly partition: string;
  readonly chip: string;
  readonly firmware: string;
  readonly payloadBytes: number;
  readonly payloadDigest: Uint8Array;
};

export type ImageHeaderFailure = { readonly reason: 'not-an-image' } | { readonly reason: 'header-damaged' };

/** An image the simulated modem boots from: header and payload, ready to be padded and programmed. */
export function buildImage(image: {
  /** A name of the partition table, e.g. `SBL`. */
  readonly partition: string;
  /** The full version, e.g. `EC25EUGAR08A03M4G_01.200.01.200`; the same in every image of a firmware. */
  readonly firmware: string;
  /** e.g. `MDM9607`. */
  readonly chip: string;
  readonly payload: Uint8Array;
}): Uint8Array {
  const bytes = Buffer.alloc(IMAGE_HEADER_BYTES + image.payload.length);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(FORMAT, 8);
  bytes.writeUInt32LE(image.payload.length, 12);
  for (const name of ['partition', 'chip', 'firmware'] as const) writeText(bytes, FIELDS[name], image[name]);
  createHash('sha256').update(image.payload).digest().copy(bytes, PAYLOAD_DIGEST_OFFSET);
  headerDigest(bytes).copy(bytes, HEADER_DIGEST_OFFSET);
  bytes.set(image.payload, IMAGE_HEADER_BYTES);
  return bytes;
}

/** Reads the header at the start of `bytes`; the payload is the caller's to check against `payloadDigest`. */
export function parseImageHeader(bytes: Uint8Array): Result<ImageHeader, ImageHeaderFailure> {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, IMAGE_HEADER_BYTES));
  if (header.length < IMAGE_HEADER_BYTES || header.toString('latin1', 0, 8) !== MAGIC) {
    return err({ reason: 'not-an-image' });
  }
  const intact = headerDigest(header).equals(header.subarray(HEADER_DIGEST_OFFSET));
  if (!intact || header.readUInt32LE(8) !== FORMAT) return err({ reason: 'header-damaged' });
  return ok({
    partition: readText(header, FIELDS.partition),
    chip: readText(header, FIELDS.chip),
    firmware: readText(header, FIELDS.firmware),
    payloadBytes: header.readUInt32LE(12),
    payloadDigest: Uint8Array.from(header.subarray(PAYLOAD_DIGEST_OFFSET, HEADER_DIGEST_OFFSET)),
  });
}

function headerDigest(header: Uint8Array): Buffer {
  return createHash('sha256').update(header.subarray(0, HEADER_DIGEST_OFFSET)).digest();
}

function writeText(target: Buffer, field: { offset: number; bytes: number }, text: string): void {
  if (Buffer.byteLength(text, 'latin1') >= field.bytes) {
    throw new Error(`"${text}" does not fit the ${field.bytes - 1} characters of its header field`);
  }
  target.write(text, field.offset, 'latin1');
}

function readText(source: Buffer, field: { offset: number; bytes: number }): string {
  const text = source.toString('latin1', field.offset, field.offset + field.bytes);
  return text.slice(0, text.indexOf('\0'));
}
