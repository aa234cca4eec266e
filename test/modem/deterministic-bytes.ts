import { createHash } from 'node:crypto';

/** Bytes that look random and are the same on every run: SHA-256 of the seed and a counter, one after another. */
export function deterministicBytes(seed: string, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (let offset = 0, counter = 0; offset < lengthBytes; offset += 32, counter++) {
    const digest = createHash('sha256').update(`${seed}/${counter}`).digest();
    bytes.set(digest.subarray(0, Math.min(32, lengthBytes - offset)), offset);
  }
  return bytes;
}
