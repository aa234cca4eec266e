/** DIAG's framing (edl 1a): CRC-16/X.25 behind the payload, 7D escapes, 7E ends a frame. */

const END = 0x7e;
const ESCAPE = 0x7d;
const ESCAPE_MASK = 0x20;

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  return crc;
});

/** CRC-16/X.25; 0x906E over "123456789". */
export function crc16X25(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return crc ^ 0xffff;
}

/** A frame on the wire: payload, CRC (low byte first), escaped, ended by 7E. */
export function encodeHdlc(payload: Uint8Array): Uint8Array {
  const crc = crc16X25(payload);
  const frame: number[] = [];
  for (const byte of [...payload, crc & 0xff, crc >>> 8]) {
    if (byte === END || byte === ESCAPE) frame.push(ESCAPE, byte ^ ESCAPE_MASK);
    else frame.push(byte);
  }
  frame.push(END);
  return Uint8Array.from(frame);
}

/** Cuts a byte stream into frames. Frames with a wrong CRC, and empty ones between two 7E, are dropped. */
export class HdlcDecoder {
  readonly #maxFrameBytes: number;
  #bytes: number[] = [];
  #isEscaped = false;

  constructor(options: { readonly maxFrameBytes: number }) {
    this.#maxFrameBytes = options.maxFrameBytes;
  }

  /** The payloads (without CRC) of the frames that ended in `bytes`. */
  push(bytes: Uint8Array): Uint8Array[] {
    const payloads: Uint8Array[] = [];
    for (const byte of bytes) {
      if (byte === END) {
        const payload = this.#end();
        if (payload !== undefined) payloads.push(payload);
      } else if (byte === ESCAPE) this.#isEscaped = true;
      else this.#append(byte);
    }
    return payloads;
  }

  #append(byte: number): void {
    // One byte over the limit is kept, so that the frame's end sees that it was too long.
    if (this.#bytes.length <= this.#maxFrameBytes)
      this.#bytes.push(this.#isEscaped ? byte ^ ESCAPE_MASK : byte);
    this.#isEscaped = false;
  }

  #end(): Uint8Array | undefined {
    const frame = Uint8Array.from(this.#bytes);
    this.#bytes = [];
    this.#isEscaped = false;
    if (frame.length < 3 || frame.length > this.#maxFrameBytes) return undefined;
    const payload = frame.subarray(0, -2);
    const crc = (frame.at(-2) ?? 0) | ((frame.at(-1) ?? 0) << 8);
    return crc16X25(payload) === crc ? payload : undefined;
  }
}
