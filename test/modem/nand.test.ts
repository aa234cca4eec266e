import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Nand } from './nand.ts';
import { SectorCursor } from './sector-cursor.ts';

const geometry = { pageBytes: 4, pagesPerBlock: 4, blockCount: 8 };
const pageOf = (byte: number) => new Uint8Array(geometry.pageBytes).fill(byte);

function readPage(nand: Nand, page: number): Uint8Array {
  const bytes = new Uint8Array(geometry.pageBytes);
  nand.readPage(page, bytes, 0);
  return bytes;
}

describe('NAND', () => {
  it('reads 0xFF where nothing was programmed since the last erase', () => {
    const nand = new Nand({ geometry });
    expect(readPage(nand, 5)).toEqual(pageOf(0xff));
    nand.program(5, pageOf(1));
    nand.eraseBlock(1);
    expect(readPage(nand, 5)).toEqual(pageOf(0xff));
  });

  it('refuses to program a page twice without an erase and keeps what it held', () => {
    const nand = new Nand({ geometry });
    nand.program(3, pageOf(1));
    expect(nand.program(3, pageOf(2))).toEqual({
      ok: false,
      failure: { reason: 'page-not-erased', page: 3 },
    });
    expect(readPage(nand, 3)).toEqual(pageOf(1));
  });

  it.each([
    ['programs', (nand: Nand) => nand.program(8, pageOf(1))],
    ['erases', (nand: Nand) => nand.eraseBlock(2)],
  ])('never %s a bad block', (_what, operate) => {
    const nand = new Nand({ geometry, badBlocks: [2] });
    expect(operate(nand)).toEqual({ ok: false, failure: { reason: 'bad-block', block: 2 } });
  });

  it('refuses what lies beyond the chip', () => {
    const nand = new Nand({ geometry });
    expect(nand.program(32, pageOf(0))).toMatchObject({ failure: { reason: 'out-of-range' } });
    expect(nand.eraseBlock(8)).toMatchObject({ failure: { reason: 'out-of-range' } });
  });

  it('behaves like the erase-before-program model under any sequence of commands', () => {
    const command = fc.oneof(
      fc.record({ do: fc.constant('program' as const), page: fc.nat(31), byte: fc.nat(255) }),
      fc.record({ do: fc.constant('erase' as const), block: fc.nat(7) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), fc.uniqueArray(fc.nat(7)), (commands, badBlocks) => {
        const nand = new Nand({ geometry, badBlocks });
        const model = new Map<number, number>();
        const writes = new Map<number, number>();
        for (const c of commands) {
          if (c.do === 'erase') {
            const isErased = nand.eraseBlock(c.block).ok;
            expect(isErased).toBe(!badBlocks.includes(c.block));
            if (isErased) for (let i = 0; i < 4; i++) model.delete(c.block * 4 + i);
          } else {
            const isProgrammed = nand.program(c.page, pageOf(c.byte)).ok;
            expect(isProgrammed).toBe(!badBlocks.includes(Math.floor(c.page / 4)) && !model.has(c.page));
            if (isProgrammed) model.set(c.page, c.byte);
            if (isProgrammed) writes.set(c.page, (writes.get(c.page) ?? 0) + 1);
          }
        }
        for (let page = 0; page < nand.pageCount; page++) {
          expect(readPage(nand, page)).toEqual(pageOf(model.get(page) ?? 0xff));
          expect(nand.writeCount(page)).toBe(writes.get(page) ?? 0);
        }
      }),
    );
  });
});

describe('sector cursor', () => {
  it('skips bad blocks and stops at the end of its region', () => {
    const nand = new Nand({ geometry, badBlocks: [1, 2] });
    const skipped: number[] = [];
    const cursor = new SectorCursor(nand, 2, 14, (block) => skipped.push(block));
    const pages = [];
    for (let page = cursor.next(); page !== undefined; page = cursor.next()) pages.push(page);
    expect(pages).toEqual([2, 3, 12, 13]);
    expect(skipped).toEqual([1, 2]);
  });
});
