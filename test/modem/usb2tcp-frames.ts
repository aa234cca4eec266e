/**
 * The framing QFirehose's relay speaks (edl 5): on connect 20 bytes that say what is on the bus, then in both
 * directions tag, length, payload; little-endian i32. One frame is one transfer; no zero-length packets travel.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { USB2TCP_FRAME_MAX_BYTES } from './limits.ts';
import type { UsbLink } from './link.ts';

const TAG = 0x12345678;
const HEADER_BYTES = 8;
const GREETING_PAYLOAD_BYTES = 12;

export function usb2tcpGreeting(
  identity: Pick<UsbLink, 'vendorId' | 'productId' | 'interfaceCount'>,
): Uint8Array {
  const greeting = Buffer.alloc(HEADER_BYTES + GREETING_PAYLOAD_BYTES);
  greeting.writeInt32LE(TAG, 0);
  greeting.writeInt32LE(GREETING_PAYLOAD_BYTES, 4);
  greeting.writeInt32LE(identity.vendorId, 8);
  greeting.writeInt32LE(identity.productId, 12);
  greeting.writeInt32LE(identity.interfaceCount, 16);
  return greeting;
}

export function usb2tcpFrame(payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeInt32LE(TAG, 0);
  frame.writeInt32LE(payload.length, 4);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export type FrameFailure =
  | { readonly reason: 'wrong-tag'; readonly tag: number }
  | { readonly reason: 'frame-too-long'; readonly bytes: number; readonly maxBytes: number };

/** Cuts a TCP stream, however it was split, into payloads. After a failure the stream is lost. */
export class Usb2tcpDecoder {
  #pieces: Uint8Array[] = [];
  #heldBytes = 0;

  /** The payloads that are complete with `bytes`; each is a view or a fresh copy, never reused. */
  push(bytes: Uint8Array): Result<Uint8Array[], FrameFailure> {
    this.#pieces.push(bytes);
    this.#heldBytes += bytes.length;
    const payloads: Uint8Array[] = [];
    while (this.#heldBytes >= HEADER_BYTES) {
      const payloadBytes = this.#payloadLength();
      if (!payloadBytes.ok) return payloadBytes;
      if (this.#heldBytes < HEADER_BYTES + payloadBytes.value) break;
      this.#take(HEADER_BYTES);
      payloads.push(this.#take(payloadBytes.value));
    }
    return ok(payloads);
  }

  #payloadLength(): Result<number, FrameFailure> {
    const header = this.#peek(HEADER_BYTES);
    const tag = header.readInt32LE(0);
    const bytes = header.readInt32LE(4);
    if (tag !== TAG) return err({ reason: 'wrong-tag', tag });
    if (bytes < 0 || bytes > USB2TCP_FRAME_MAX_BYTES) {
      return err({ reason: 'frame-too-long', bytes, maxBytes: USB2TCP_FRAME_MAX_BYTES });
    }
    return ok(bytes);
  }

  #peek(count: number): Buffer {
    const [first] = this.#pieces;
    if (first !== undefined && first.length >= count)
      return Buffer.from(first.buffer, first.byteOffset, count);
    return this.#join().subarray(0, count);
  }

  #take(count: number): Uint8Array {
    const [first = new Uint8Array(0)] = this.#pieces;
    const source = first.length >= count ? first : this.#join();
    if (source.length > count) this.#pieces[0] = source.subarray(count);
    else this.#pieces.shift();
    this.#heldBytes -= count;
    return source.subarray(0, count);
  }

  #join(): Buffer {
    const joined = Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }
}
