import { describe, expect, it } from 'vitest';
import { BadBlocks } from './bad-blocks.ts';
import { BAD_BLOCKS_MAX } from './limits.ts';
import { ACK, log, NAK, programmer, STORAGE } from './scripted-programmer.ts';
import { eraseSectors } from './write.ts';

const hear = (...logs: readonly string[]) => {
  const told: number[] = [];
  const badBlocks = new BadBlocks((block) => told.push(block));
  for (const each of logs) badBlocks.hear(each);
  return { told, blocks: badBlocks.blocks };
};

describe('bad blocks', () => {
  it.each([
    ['Skipping: bad block 0x28', [0x28]],
    ['Skipping erase failure at block 0x7ff', [0x7ff]],
    ['WARNING: Skipping: Bad Block: 40', [40]],
    ['ignoring erased page read', []],
    ['Erasing start sector 640, num sectors 0', []],
    ['bad block', []],
  ])('are read out of %j', (text, blocks) => {
    expect(hear(text)).toEqual({ told: blocks, blocks });
  });

  it('are told once each, and listed in order', () => {
    expect(hear('bad block 0x9', 'bad block 0x3', 'bad block 9')).toEqual({ told: [9, 3], blocks: [3, 9] });
  });

  it('are no more than fit a verdict', () => {
    const many = Array.from({ length: BAD_BLOCKS_MAX + 9 }, (_, i) => `bad block ${i}`);
    expect(hear(...many).blocks).toHaveLength(BAD_BLOCKS_MAX);
  });

  it('are heard before and behind a response', async () => {
    const badBlocks = new BadBlocks();
    const answers = [log('Skipping: bad block 0x2'), NAK, log('Skipping erase failure at block 0x4')];
    const { link } = programmer({ erase: answers, nop: [ACK] }, { onLog: badBlocks.hear });
    const flash = { storage: STORAGE, protectedRanges: [] };
    await eraseSectors(link, { line: 1, startSector: 0, sectorCount: 640 }, flash);
    expect(badBlocks.blocks).toEqual([2, 4]);
  });
});
