/**
 * Content of the demonstration images: the same on every run, part of it hardly compressible and part well,
 * as real images are, and mostly shared between two versions, so that re-use of chunks shows.
 */

const SEGMENT_BYTES = 1024 * 1024;
/** One segment in this many differs between two versions of a firmware. */
const CHANGED_SEGMENT_EVERY = 6;
/** Share of segments that hardly compress, in percent. */
const NOISE_PERCENT = 60;
const PHRASE_WORDS = 16;
const PHRASES = 64;

/** `length` bytes for one image of one version. `seed` makes another family of content altogether. */
export function imagePayload(image: {
  readonly seed: number;
  readonly name: string;
  readonly version: string;
  readonly lengthBytes: number;
}): Uint8Array {
  const wordCount = Math.ceil(image.lengthBytes / 4);
  const words = new Uint32Array(wordCount);
  const segmentWords = SEGMENT_BYTES / 4;
  const family = hash(`${image.seed} ${image.name}`);
  for (let start = 0, segment = 0; start < wordCount; start += segmentWords, segment++) {
    const common = mix(family + segment);
    const isChanged = common % CHANGED_SEGMENT_EVERY === 0 || wordCount <= segmentWords;
    const seed = isChanged ? mix(common ^ hash(image.version)) : common;
    const part = words.subarray(start, start + segmentWords);
    if (mix(common) % 100 < NOISE_PERCENT) fillWithNoise(part, seed);
    else fillWithPhrases(part, seed);
  }
  return new Uint8Array(words.buffer, 0, image.lengthBytes);
}

/** xorshift32: what encrypted and compressed parts of an image look like to a compressor. */
function fillWithNoise(words: Uint32Array, seed: number): void {
  let state = seed | 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
}

/** Runs out of a small vocabulary: what code, tables and text look like. */
function fillWithPhrases(words: Uint32Array, seed: number): void {
  const vocabulary = new Uint32Array(PHRASES * PHRASE_WORDS);
  fillWithNoise(vocabulary, mix(seed));
  let state = seed | 1;
  for (let at = 0; at < words.length; at += PHRASE_WORDS) {
    state = mix(state);
    const phrase = (state % PHRASES) * PHRASE_WORDS;
    const room = Math.min(PHRASE_WORDS, words.length - at);
    words.set(vocabulary.subarray(phrase, phrase + room), at);
  }
}

function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return mix(state);
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
