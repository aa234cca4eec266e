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

/** Chunks are views of the chunker's own memory: each is the caller's until the next is asked for. */
export type Chunker = {
  /** Takes the next bytes of the stream; gives the chunks they complete. */
  readonly push: (bytes: Uint8Array) => Iterable<Uint8Array>;
  /** The chunks of what is left, once the stream has ended. */
  readonly finish: () => Iterable<Uint8Array>;
};

/** Mask bits added before the average and taken away after it (the paper's normalisation level). */
const NORMALISATION_BITS = 2;
const HASH_BITS = 32;
/** How many of the largest chunks are held: what is left is moved to the front so much less often. */
const HELD_CHUNKS = 8;

const GEAR = gearTable(0x9e3779b9);

/** Holds at most eight times `maxBytes`, however much is pushed. */
export function createChunker(sizes: ChunkSizes): Chunker {
  const held = new Uint8Array(HELD_CHUNKS * sizes.maxBytes);
  let start = 0;
  let end = 0;

  const cutOne = (): Uint8Array => {
    const length = cutLength(held, start, end, sizes);
    start += length;
    return held.subarray(start - length, start);
  };

  return {
    *push(bytes) {
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
        while (end - start >= sizes.maxBytes) yield cutOne();
      }
    },
    *finish() {
      while (start < end) yield cutOne();
    },
  };
}

/** Length of the first chunk of the bytes from `start` to `end`; all of them where no cut is found. */
export function cutLength(bytes: Uint8Array, start: number, end: number, sizes: ChunkSizes): number {
  const length = end - start;
  if (length <= sizes.minBytes) return length;
  const bits = Math.log2(sizes.averageBytes);
  const limit = start + Math.min(length, sizes.maxBytes);
  const average = Math.min(limit, start + sizes.averageBytes);
  const strict = upperBits(bits + NORMALISATION_BITS);
  const loose = upperBits(bits - NORMALISATION_BITS);
  const early = findCut(bytes, start + sizes.minBytes, average, strict);
  return (early ?? findCut(bytes, average, limit, loose) ?? limit) - start;
}

/** The upper bits of the hash depend on the last 32 bytes, so the cut is where those are zero. */
function upperBits(count: number): number {
  return -1 << (HASH_BITS - count);
}

/**
 * Behind which byte the masked hash is zero first; null where it is nowhere. Every byte of a package but the minima
 * passes here: four at a time, because the loop itself costs as much as a byte.
 */
function findCut(bytes: Uint8Array, from: number, end: number, mask: number): number | null {
  let hash = 0;
  let at = from;
  for (const lastFour = end - 3; at < lastFour; at += 4) {
    hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
    if ((hash & mask) === 0) return at + 1;
    hash = ((hash << 1) + (GEAR[bytes[at + 1] as number] as number)) | 0;
    if ((hash & mask) === 0) return at + 2;
    hash = ((hash << 1) + (GEAR[bytes[at + 2] as number] as number)) | 0;
    if ((hash & mask) === 0) return at + 3;
    hash = ((hash << 1) + (GEAR[bytes[at + 3] as number] as number)) | 0;
    if ((hash & mask) === 0) return at + 4;
  }
  for (; at < end; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
    if ((hash & mask) === 0) return at + 1;
  }
  return null;
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
