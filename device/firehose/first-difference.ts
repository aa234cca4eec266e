/**
 * Where two pieces of bytes first differ; -1 where they do not. Four bytes at a time, which costs a quarter of one at
 * a time: pieces lie at any offset of their buffers, so they are copied to where words may be read.
 */
const WORD_BYTES = 4;

export type FindDifference = (a: Uint8Array, b: Uint8Array) => number;

/** For pieces of the same length, `maxBytes` at most. */
export function differenceFinder(maxBytes: number): FindDifference {
  const wordCount = Math.ceil(maxBytes / WORD_BYTES);
  const words = [new Int32Array(wordCount), new Int32Array(wordCount)] as const;
  const [bytesOfA, bytesOfB] = [new Uint8Array(words[0].buffer), new Uint8Array(words[1].buffer)];
  return (a, b) => {
    bytesOfA.set(a);
    bytesOfB.set(b);
    const [wordsOfA, wordsOfB] = words;
    const whole = Math.floor(a.length / WORD_BYTES);
    let word = 0;
    while (word < whole && wordsOfA[word] === wordsOfB[word]) word++;
    for (let i = word * WORD_BYTES; i < a.length; i++) if (a[i] !== b[i]) return i;
    return -1;
  };
}
