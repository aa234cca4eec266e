/**
 * Blocks that the programmer says it cannot use. It passes over them within a partition and says so in a log: the
 * flash still works, and somebody should know how much of it is left (edl 1d, 6 line 25).
 */
import { BAD_BLOCKS_MAX } from './limits.ts';

/** `Skipping: bad block 0x28`, `Skipping erase failure at block 0x28`. */
const BAD_BLOCK = /\b(?:bad block|erase failure at block)\s*:?\s*(0x[0-9a-f]{1,8}|\d{1,9})\b/i;

export class BadBlocks {
  readonly #found = new Set<number>();
  readonly #onFound: (block: number) => void;

  constructor(onFound: (block: number) => void = () => {}) {
    this.#onFound = onFound;
  }

  /** Every log of the programmer; a block is told once. */
  readonly hear = (log: string): void => {
    const said = BAD_BLOCK.exec(log)?.[1];
    if (said === undefined || this.#found.size >= BAD_BLOCKS_MAX) return;
    const block = Number(said);
    if (this.#found.has(block)) return;
    this.#found.add(block);
    this.#onFound(block);
  };

  get blocks(): readonly number[] {
    return [...this.#found].sort((a, b) => a - b);
  }
}
