/**
 * NAND flash as the chip behaves (edl 1d): it is programmed by page and erased by block, a page can be programmed
 * once after each erase of its block, and an erased page reads 0xFF. Storage is sparse: a block without a
 * programmed page costs nothing.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { NAND_MAX_BYTES } from './limits.ts';

export type NandGeometry = {
  readonly pageBytes: number;
  readonly pagesPerBlock: number;
  readonly blockCount: number;
};

export type NandFailure =
  | { readonly reason: 'page-not-erased'; readonly page: number }
  | { readonly reason: 'bad-block' | 'erase-failed'; readonly block: number }
  | { readonly reason: 'out-of-range'; readonly index: number; readonly count: number };

/** Told of every change, in order, so that flash can outlive the process. */
export interface NandObserver {
  programmed(page: number, bytes: Uint8Array, writeCount: number): void;
  /** Its content is garbage that no ECC mends; `programmed` was told before. */
  torn(page: number): void;
  erased(firstPage: number, pageCount: number): void;
}

/** What a page holds, a byte each. */
const PAGE = { erased: 0, programmed: 1, torn: 2 } as const;

/** What a chip held before: handed to a new `Nand` so that it goes on from there. */
export type NandContent = {
  /** One entry a page: 0 erased, 1 programmed, 2 torn by a power cut. */
  readonly programmedPages: Uint8Array;
  readonly writeCounts: Uint32Array;
  readBlock(block: number): Uint8Array;
};

export class Nand {
  readonly geometry: NandGeometry;
  readonly pageCount: number;
  readonly #badBlocks: Set<number>;
  readonly #wornBlocks: ReadonlySet<number>;
  /** A disk (eMMC) behind the same interface: any sector takes new content without an erase. */
  readonly isRewritable: boolean;
  readonly #blocks: (Uint8Array | undefined)[];
  readonly #programmed: Uint8Array;
  readonly #writeCounts: Uint32Array;
  readonly #observer: NandObserver | undefined;

  constructor(options: {
    readonly geometry: NandGeometry;
    readonly badBlocks?: Iterable<number>;
    /** Their next erase fails, and they are bad from then on. */
    readonly wornBlocks?: Iterable<number>;
    readonly isRewritable?: boolean;
    readonly content?: NandContent;
    readonly observer?: NandObserver;
  }) {
    this.geometry = options.geometry;
    const { pageBytes, pagesPerBlock, blockCount } = this.geometry;
    this.pageCount = pagesPerBlock * blockCount;
    if (!(this.pageCount * pageBytes <= NAND_MAX_BYTES)) {
      throw new Error(
        `a NAND of ${blockCount} blocks of ${pagesPerBlock} x ${pageBytes} bytes is over 1 GiB`,
      );
    }
    this.#badBlocks = new Set(options.badBlocks ?? []);
    this.#wornBlocks = new Set(options.wornBlocks ?? []);
    this.isRewritable = options.isRewritable ?? false;
    this.#observer = options.observer;
    this.#programmed = options.content?.programmedPages ?? new Uint8Array(this.pageCount);
    this.#writeCounts = options.content?.writeCounts ?? new Uint32Array(this.pageCount);
    this.#blocks = new Array<Uint8Array | undefined>(blockCount).fill(undefined);
    if (options.content !== undefined) this.#load(options.content);
  }

  isProgrammed(page: number): boolean {
    return (this.#programmed[page] ?? PAGE.erased) !== PAGE.erased;
  }

  /** Whether ECC gives one of these pages up. */
  holdsTornPage(firstPage: number, pageCount: number): boolean {
    return this.#programmed.subarray(firstPage, firstPage + pageCount).includes(PAGE.torn);
  }

  isBad(block: number): boolean {
    return this.#badBlocks.has(block);
  }

  /** How often this page was programmed in the chip's life. */
  writeCount(page: number): number {
    return this.#writeCounts[page] ?? 0;
  }

  /** Copies one page into `target` at `offsetBytes`; an erased page is 0xFF. */
  readPage(page: number, target: Uint8Array, offsetBytes: number): void {
    const { pageBytes } = this.geometry;
    const stored = this.programmedPage(page);
    if (stored === undefined) target.fill(0xff, offsetBytes, offsetBytes + pageBytes);
    else target.set(stored, offsetBytes);
  }

  /** The stored bytes of a programmed page, not a copy: to be read at once and never written. */
  programmedPage(page: number): Uint8Array | undefined {
    if (!this.isProgrammed(page)) return undefined;
    const { pageBytes, pagesPerBlock } = this.geometry;
    const offset = (page % pagesPerBlock) * pageBytes;
    return this.#blocks[Math.floor(page / pagesPerBlock)]?.subarray(offset, offset + pageBytes);
  }

  /** Programs one erased page with exactly `pageBytes` bytes. */
  program(page: number, bytes: Uint8Array): Result<void, NandFailure> {
    const { pageBytes, pagesPerBlock } = this.geometry;
    if (bytes.length !== pageBytes) throw new Error(`a page has ${pageBytes} bytes, not ${bytes.length}`);
    if (!(page >= 0 && page < this.pageCount)) {
      return err({ reason: 'out-of-range', index: page, count: this.pageCount });
    }
    const block = Math.floor(page / pagesPerBlock);
    if (this.isBad(block)) return err({ reason: 'bad-block', block });
    if (this.isProgrammed(page) && !this.isRewritable) return err({ reason: 'page-not-erased', page });
    this.#store(page, bytes);
    return ok();
  }

  /** Makes every page of the block erased again. */
  eraseBlock(block: number): Result<void, NandFailure> {
    const { pagesPerBlock, blockCount } = this.geometry;
    if (!(block >= 0 && block < blockCount)) {
      return err({ reason: 'out-of-range', index: block, count: blockCount });
    }
    if (this.isBad(block)) return err({ reason: 'bad-block', block });
    if (this.#wornBlocks.has(block)) {
      this.#badBlocks.add(block);
      return err({ reason: 'erase-failed', block });
    }
    const firstPage = block * pagesPerBlock;
    this.#blocks[block] = undefined;
    this.#programmed.fill(PAGE.erased, firstPage, firstPage + pagesPerBlock);
    this.#observer?.erased(firstPage, pagesPerBlock);
    return ok();
  }

  /** What power loss does to the page being written: whatever it held, it now holds `garbage`. */
  spoilPage(page: number, garbage: Uint8Array): void {
    this.#store(page, garbage);
    if (this.isRewritable) return;
    this.#programmed[page] = PAGE.torn;
    this.#observer?.torn(page);
  }

  #store(page: number, bytes: Uint8Array): void {
    const { pageBytes, pagesPerBlock } = this.geometry;
    const index = Math.floor(page / pagesPerBlock);
    let block = this.#blocks[index];
    if (block === undefined) {
      block = new Uint8Array(pagesPerBlock * pageBytes);
      this.#blocks[index] = block;
    }
    block.set(bytes, (page % pagesPerBlock) * pageBytes);
    this.#programmed[page] = PAGE.programmed;
    const writeCount = this.writeCount(page) + 1;
    this.#writeCounts[page] = writeCount;
    this.#observer?.programmed(page, bytes, writeCount);
  }

  #load(content: NandContent): void {
    const { pagesPerBlock, blockCount } = this.geometry;
    for (let block = 0; block < blockCount; block++) {
      const firstPage = block * pagesPerBlock;
      const pages = this.#programmed.subarray(firstPage, firstPage + pagesPerBlock);
      if (pages.some((page) => page !== PAGE.erased)) this.#blocks[block] = content.readBlock(block);
    }
  }
}
