/** The raw phase of one `<program>`: takes the image as it comes, programs each page as soon as it is whole. */
import { assertNever } from '../../shared/result.ts';
import type { Region } from './firehose-region.ts';
import type { Nand } from './nand.ts';
import type { SectorCursor } from './sector-cursor.ts';

export type ProgramFailure = {
  readonly reason: 'page-not-programmed' | 'region-full' | 'too-much-data' | 'transfer-too-large';
};

export class ProgramWriter {
  readonly #nand: Nand;
  readonly #cursor: SectorCursor;
  readonly #page: Uint8Array;
  readonly #payloadMaxBytes: number;
  #filledBytes = 0;
  readonly #totalBytes: number;
  #missingBytes: number;
  #failure: ProgramFailure | undefined;

  constructor(options: { nand: Nand; cursor: SectorCursor; sectorCount: number; payloadMaxBytes: number }) {
    this.#nand = options.nand;
    this.#cursor = options.cursor;
    this.#payloadMaxBytes = options.payloadMaxBytes;
    this.#page = new Uint8Array(options.nand.geometry.pageBytes);
    this.#totalBytes = options.sectorCount * options.nand.geometry.pageBytes;
    this.#missingBytes = this.#totalBytes;
  }

  /** The first thing that went wrong; the rest of the data is swallowed, then the host is told. */
  get failure(): ProgramFailure | undefined {
    return this.#failure;
  }

  get isComplete(): boolean {
    return this.#missingBytes === 0;
  }

  get isHalfDone(): boolean {
    return this.#missingBytes <= this.#totalBytes / 2;
  }

  /** One raw transfer. */
  take(transfer: Uint8Array): void {
    if (transfer.length > this.#payloadMaxBytes) this.#failure ??= { reason: 'transfer-too-large' };
    if (transfer.length > this.#missingBytes) this.#failure ??= { reason: 'too-much-data' };
    const wanted = transfer.subarray(0, this.#missingBytes);
    this.#missingBytes -= wanted.length;
    if (this.#failure === undefined) this.#programPages(wanted);
  }

  /**
   * Power goes in the middle of this transfer: half of it is programmed, and the page after that is garbage; of the first
   * transfer it is its first page, so that the page every host looks at first is met torn too.
   */
  tear(transfer: Uint8Array): void {
    if (this.#failure !== undefined) return;
    const { pageBytes } = this.#nand.geometry;
    const wanted = transfer.subarray(0, this.#missingBytes);
    const isFirst = this.#missingBytes === this.#totalBytes;
    const wholePages = isFirst ? 0 : Math.floor(wanted.length / 2 / pageBytes);
    this.#programPages(wanted.subarray(0, wholePages * pageBytes));
    const torn = this.#cursor.next();
    if (torn === undefined || this.#nand.isProgrammed(torn)) return;
    const garbage = this.#page.map((byte, index) => (index % 3 === 0 ? byte : (index * 151 + torn) & 0xff));
    this.#nand.spoilPage(torn, garbage);
  }

  #programPages(bytes: Uint8Array): void {
    const { pageBytes } = this.#nand.geometry;
    for (let offset = 0; offset < bytes.length && this.#failure === undefined; ) {
      const isWholePage = this.#filledBytes === 0 && bytes.length - offset >= pageBytes;
      if (isWholePage) {
        this.#programPage(bytes.subarray(offset, offset + pageBytes));
        offset += pageBytes;
        continue;
      }
      const piece = bytes.subarray(offset, offset + pageBytes - this.#filledBytes);
      this.#page.set(piece, this.#filledBytes);
      this.#filledBytes += piece.length;
      offset += piece.length;
      if (this.#filledBytes < pageBytes) return;
      this.#filledBytes = 0;
      this.#programPage(this.#page);
    }
  }

  #programPage(bytes: Uint8Array): void {
    const page = this.#cursor.next();
    if (page === undefined) {
      this.#failure = { reason: 'region-full' };
      return;
    }
    if (!this.#nand.program(page, bytes).ok) this.#failure = { reason: 'page-not-programmed' };
  }
}

/** What the programmer logs of a failure in the raw phase. */
export function describeProgramFailure({ reason }: ProgramFailure, region: Region): string {
  switch (reason) {
    case 'page-not-programmed':
      return `flash write failed at sector address ${region.startSector}`;
    case 'region-full':
      return 'Programming region exceeds the good blocks of its partition';
    case 'too-much-data':
      return `more than ${region.sectorCount} sectors of raw data`;
    case 'transfer-too-large':
      return 'raw transfer is larger than MaxPayloadSizeToTargetInBytes';
    default:
      return assertNever(reason);
  }
}
