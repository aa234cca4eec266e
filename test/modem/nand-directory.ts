/**
 * Keeps a chip's content in a directory, so that a modem process can end, even by SIGKILL, and be started again with
 * the flash it had. Every change is written through: `pages.bin` (sparse, a page at its offset), then
 * `programmed.bin` (a byte a page) and `writes.bin` (a u32 a page).
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Nand, type NandContent, type NandGeometry, type NandObserver } from './nand.ts';

export type NandInDirectory = {
  readonly nand: Nand;
  /** Nothing was there before: the chip is blank and waits for its factory. */
  readonly isBlank: boolean;
  close(): void;
};

/** Opens the chip kept in `directory`, or starts a blank one there. Throws when it holds a chip of another shape. */
export function openNandDirectory(
  directory: string,
  chip: {
    readonly geometry: NandGeometry;
    readonly badBlocks: readonly number[];
    readonly wornBlocks?: readonly number[];
    readonly isRewritable?: boolean;
  },
): NandInDirectory {
  mkdirSync(directory, { recursive: true });
  const shapePath = join(directory, 'chip.json');
  const shape = JSON.stringify({ ...chip.geometry, badBlocks: chip.badBlocks });
  const isBlank = !existsSync(shapePath);
  if (!isBlank && readFileSync(shapePath, 'utf8') !== shape) {
    throw new Error(`${directory} holds the flash of another chip; use another directory or remove it`);
  }
  const files = openFiles(directory);
  const nand = new Nand({
    ...chip,
    observer: writeThrough(files, chip.geometry),
    ...(isBlank ? {} : { content: readContent(directory, files.pages, chip.geometry) }),
  });
  writeFileSync(shapePath, shape);
  return { nand, isBlank, close: () => Object.values(files).forEach(closeSync) };
}

type Files = { readonly pages: number; readonly programmed: number; readonly writes: number };

function openFiles(directory: string): Files {
  const open = (name: string): number => {
    const path = join(directory, name);
    return openSync(path, existsSync(path) ? 'r+' : 'w+');
  };
  return { pages: open('pages.bin'), programmed: open('programmed.bin'), writes: open('writes.bin') };
}

function writeThrough(files: Files, { pageBytes }: NandGeometry): NandObserver {
  const one = new Uint8Array([1]);
  const two = new Uint8Array([2]);
  const count = new Uint32Array(1);
  return {
    programmed(page, bytes, writeCount) {
      writeSync(files.pages, bytes, 0, bytes.length, page * pageBytes);
      count[0] = writeCount;
      writeSync(files.writes, new Uint8Array(count.buffer), 0, 4, page * 4);
      writeSync(files.programmed, one, 0, 1, page);
    },
    torn(page) {
      writeSync(files.programmed, two, 0, 1, page);
    },
    erased(firstPage, pageCount) {
      writeSync(files.programmed, new Uint8Array(pageCount), 0, pageCount, firstPage);
    },
  };
}

function readContent(directory: string, pages: number, geometry: NandGeometry): NandContent {
  const pageCount = geometry.pagesPerBlock * geometry.blockCount;
  const programmedPages = new Uint8Array(pageCount);
  programmedPages.set(readFileSync(join(directory, 'programmed.bin')).subarray(0, pageCount));
  const writeCounts = new Uint32Array(pageCount);
  new Uint8Array(writeCounts.buffer).set(
    readFileSync(join(directory, 'writes.bin')).subarray(0, pageCount * 4),
  );
  const blockBytes = geometry.pagesPerBlock * geometry.pageBytes;
  return {
    programmedPages,
    writeCounts,
    readBlock(block) {
      const bytes = new Uint8Array(blockBytes);
      readSync(pages, bytes, 0, blockBytes, block * blockBytes);
      return bytes;
    },
  };
}
