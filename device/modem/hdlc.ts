/** HDLC-like framing of DIAG: CRC-16/X.25, escapes, 0x7E at the end (edl 1a). */
import { err, ok, type Result } from '../../shared/result.ts';

const FLAG = 0x7e;
const ESCAPE = 0x7d;
const ESCAPE_MASK = 0x20;

export type HdlcFailure = { readonly reason: 'diag-frame-damaged' };

export function crc16x25(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return crc ^ 0xffff;
}

export function encodeHdlc(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const crc = crc16x25(payload);
  const out: number[] = [];
  for (const byte of [...payload, crc & 0xff, crc >>> 8]) {
    if (byte === FLAG || byte === ESCAPE) out.push(ESCAPE, byte ^ ESCAPE_MASK);
    else out.push(byte);
  }
  out.push(FLAG);
  return Uint8Array.from(out);
}

/** The payload of one frame given without its closing flag. */
export function decodeHdlc(frame: Uint8Array): Result<Uint8Array<ArrayBuffer>, HdlcFailure> {
  const bytes: number[] = [];
  for (let i = 0; i < frame.length; i++) {
    const byte = frame[i] ?? 0;
    bytes.push(byte === ESCAPE ? (frame[++i] ?? 0) ^ ESCAPE_MASK : byte);
  }
  if (bytes.length < 3) return err({ reason: 'diag-frame-damaged' });
  const payload = Uint8Array.from(bytes.slice(0, -2));
  const [low = 0, high = 0] = bytes.slice(-2);
  return crc16x25(payload) === (low | (high << 8)) ? ok(payload) : err({ reason: 'diag-frame-damaged' });
}

/** Frames of a byte stream: complete ones without their flags, and what is left over. */
export function splitHdlc(stream: Uint8Array): {
  readonly frames: readonly Uint8Array[];
  readonly rest: Uint8Array;
} {
  const frames: Uint8Array[] = [];
  let start = 0;
  for (let end = stream.indexOf(FLAG); end !== -1; end = stream.indexOf(FLAG, start)) {
    if (end > start) frames.push(stream.subarray(start, end));
    start = end + 1;
  }
  return { frames, rest: stream.subarray(start) };
}
