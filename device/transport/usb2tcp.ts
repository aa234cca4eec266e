/**
 * The relay framing of QFirehose's `-p` mode (edl 5, field 0.6): a small router forwards its modem's USB pipe
 * over TCP and the work is done on the computer beside it.
 *
 * On connect the relay announces the modem: i32 tag, i32 length 12, i32 vendor, i32 product, i32 interfaces. Then
 * both ways: i32 tag, i32 length, that many bytes; one frame is one USB transfer. Little-endian here; a
 * big-endian relay shows itself by its tag and is read likewise.
 */
import { concatBytes } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { FRAME_MAX_BYTES } from './limits.ts';

export const FRAME_TAG = 0x12345678;
export const FRAME_HEADER_BYTES = 8;
const ANNOUNCEMENT_BYTES = 12;

export type Announcement = {
  readonly vendorId: number;
  readonly productId: number;
  readonly interfaceCount: number;
};

export type FramingFailure = { readonly reason: 'not-a-relay'; readonly why: string };

/** Cuts a TCP stream into frames; keeps what is not complete yet. Bounded by FRAME_MAX_BYTES. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array();
  #littleEndian: boolean | null = null;

  get littleEndian(): boolean {
    return this.#littleEndian ?? true;
  }

  push(bytes: Uint8Array): Result<Uint8Array<ArrayBuffer>[], FramingFailure> {
    let stream = this.#rest.length === 0 ? bytes : concatBytes([this.#rest, bytes]);
    const frames: Uint8Array<ArrayBuffer>[] = [];
    while (stream.length >= FRAME_HEADER_BYTES) {
      const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
      this.#littleEndian ??= view.getUint32(0, true) === FRAME_TAG;
      if (view.getUint32(0, this.#littleEndian) !== FRAME_TAG) {
        return err({ reason: 'not-a-relay', why: 'a frame does not begin with the tag 0x12345678' });
      }
      const length = view.getUint32(4, this.#littleEndian);
      if (length > FRAME_MAX_BYTES) return err({ reason: 'not-a-relay', why: `a frame of ${length} bytes` });
      if (stream.length < FRAME_HEADER_BYTES + length) break;
      frames.push(new Uint8Array(stream.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + length)));
      stream = stream.subarray(FRAME_HEADER_BYTES + length);
    }
    this.#rest = stream;
    return ok(frames);
  }
}

export function frameHeader(length: number, littleEndian: boolean): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, FRAME_TAG, littleEndian);
  view.setUint32(4, length, littleEndian);
  return header;
}

export function parseAnnouncement(
  frame: Uint8Array,
  littleEndian: boolean,
): Result<Announcement, FramingFailure> {
  if (frame.length !== ANNOUNCEMENT_BYTES)
    return err({ reason: 'not-a-relay', why: 'no announcement of a modem' });
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  return ok({
    vendorId: view.getUint32(0, littleEndian),
    productId: view.getUint32(4, littleEndian),
    interfaceCount: view.getUint32(8, littleEndian),
  });
}
