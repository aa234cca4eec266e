/**
 * Walks the pages of a region in order and skips bad blocks, as the programmer and the boot loader do inside a
 * partition (edl 1d): what was meant for a bad block goes to the next good one.
 */
import type { Nand } from './nand.ts';

export class SectorCursor {
  readonly #nand: Nand;
  readonly #endPage: number;
  /** Called with each bad block on the way, so that the programmer can log it. */
  readonly #onSkip: (block: number) => void;
  #page: number;

  /** Starts at `startPage`; never leaves `endPage` (exclusive). */
  constructor(nand: Nand, startPage: number, endPage: number, onSkip: (block: number) => void = () => {}) {
    this.#nand = nand;
    this.#page = startPage;
    this.#endPage = Math.min(endPage, nand.pageCount);
    this.#onSkip = onSkip;
  }

  /** The next usable page, or `undefined` when the region has no good page left. */
  next(): number | undefined {
    const { pagesPerBlock } = this.#nand.geometry;
    while (this.#page < this.#endPage) {
      const block = Math.floor(this.#page / pagesPerBlock);
      if (!this.#nand.isBad(block)) return this.#page++;
      this.#onSkip(block);
      this.#page = (block + 1) * pagesPerBlock;
    }
    return undefined;
  }
}
