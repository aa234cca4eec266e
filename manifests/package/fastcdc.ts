/**
 * FastCDC: cuts a stream into chunks where its content says so, so that an insertion moves the cuts near it and
 * no others. Gear hash with normalised chunking (level 2), the minimum skipped unread.
 *
 * The cuts decide which chunks two versions share, never whether a package is right: an index names each
 * chunk by its hash. Changing the gear table or the masks costs re-use with earlier releases and nothing else.
 */

export type ChunkSizes = {
  readonly minBytes: number;
  /** A power of two. */
  readonly averageBytes: number;
  readonly maxBytes: number;
};

export type Chunker = {
  /** Takes the next bytes of the stream; returns the chunks they complete, in memory of their own. */
  readonly push: (bytes: Uint8Array) => readonly Uint8Array<ArrayBuffer>[];
  /** The chunks of what is left, once the stream has ended. */
  readonly finish: () => readonly Uint8Array<ArrayBuffer>[];
};

/** Mask bits added before the average and taken away after it (the paper's normalisation level). */
const NORMALISATION_BITS = 2;
const HASH_BITS = 32;

const GEAR = gearTable(0x9e3779b9);

/** Holds at most two times `maxBytes`, however much is pushed. */
export function createChunker(sizes: ChunkSizes): Chunker {
  const held = new Uint8Array(2 * sizes.maxBytes);
  let start = 0;
  let end = 0;

  const cutOne = (): Uint8Array<ArrayBuffer> => {
    const length = cutLength(held.subarray(start, end), sizes);
    const chunk = held.slice(start, start + length);
    start += length;
    return chunk;
  };

  return {
    push(bytes) {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let taken = 0;
      while (taken < bytes.length) {
        if (end === held.length) {
          held.copyWithin(0, start, end);
          end -= start;
          start = 0;
        }
        const room = Math.min(held.length - end, bytes.length - taken);
        held.set(bytes.subarray(taken, taken + room), end);
        end += room;
        taken += room;
        while (end - start >= sizes.maxBytes) chunks.push(cutOne());
      }
      return chunks;
    },
    finish() {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      while (start < end) chunks.push(cutOne());
      return chunks;
    },
  };
}

/** Length of the first chunk of `bytes`; all of them where no cut is found. */
export function cutLength(bytes: Uint8Array, sizes: ChunkSizes): number {
  if (bytes.length <= sizes.minBytes) return bytes.length;
  const bits = Math.log2(sizes.averageBytes);
  const strictShift = HASH_BITS - (bits + NORMALISATION_BITS);
  const looseShift = HASH_BITS - (bits - NORMALISATION_BITS);
  const limit = Math.min(bytes.length, sizes.maxBytes);
  const average = Math.min(limit, sizes.averageBytes);

  // The upper bits of the hash depend on the last 32 bytes, so the cut is where those are zero.
  let hash = 0;
  let at = sizes.minBytes;
  for (; at < average; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
    if (hash >>> strictShift === 0) return at + 1;
  }
  for (; at < limit; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
    if (hash >>> looseShift === 0) return at + 1;
  }
  return limit;
}

/** 256 numbers of 32 bits from a fixed seed (splitmix32). */
function gearTable(seed: number): Int32Array {
  const table = new Int32Array(256);
  let state = seed;
  for (let i = 0; i < table.length; i++) {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    table[i] = mixed ^ (mixed >>> 15);
  }
  return table;
}
