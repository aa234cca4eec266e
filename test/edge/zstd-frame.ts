/**
 * Zstandard frames written by hand (RFC 8878 section 3.1.1): raw blocks, or one repeated byte. What workerd decodes
 * here was not encoded by workerd, and a frame can be made to say what no encoder would.
 */
import { concatBytes } from '../../shared/bytes.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Single segment, content size in four bytes. */
const DESCRIPTOR = 0xa0;
/** A window descriptor, content size in four bytes. */
const WINDOWED = 0x80;
const BLOCK_MAX_BYTES = 128 * 1024;

/** A frame that holds the content uncompressed; other `blockBytes`, other bytes of the same content. */
export function rawFrame(content: Uint8Array, blockBytes = BLOCK_MAX_BYTES): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [new Uint8Array(frameHeader(content.length))];
  let offset = 0;
  do {
    const block = content.subarray(offset, offset + blockBytes);
    offset += block.length;
    parts.push(new Uint8Array(blockHeader(block.length, { type: 0, last: offset >= content.length })), block);
  } while (offset < content.length);
  return concatBytes(parts);
}

/** A small frame that unpacks to `sizeBytes` zeros. */
export function zeroFrame(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const blocks: number[] = [];
  for (let left = sizeBytes; left > 0; left -= BLOCK_MAX_BYTES) {
    const length = Math.min(left, BLOCK_MAX_BYTES);
    blocks.push(...blockHeader(length, { type: 1, last: left <= BLOCK_MAX_BYTES }), 0);
  }
  return new Uint8Array([...frameHeader(sizeBytes), ...blocks]);
}

/** A frame that asks for a window of 2^`windowLog` bytes, whatever it holds. */
export function windowedFrame(content: Uint8Array, windowLog: number): Uint8Array<ArrayBuffer> {
  const blocks = rawFrame(content).subarray(MAGIC.length + 1 + 4);
  const header = [...MAGIC, WINDOWED, (windowLog - 10) << 3, ...littleEndian(content.length, 4)];
  return concatBytes([new Uint8Array(header), blocks]);
}

function frameHeader(contentBytes: number): number[] {
  return [...MAGIC, DESCRIPTOR, ...littleEndian(contentBytes, 4)];
}

function blockHeader(length: number, { type, last }: { type: 0 | 1; last: boolean }): number[] {
  return littleEndian((length << 3) | (type << 1) | Number(last), 3);
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff);
}
