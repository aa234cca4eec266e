import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsbLink } from './link.ts';
import { SimulatedModem } from './modem.ts';
import {
  command,
  drain,
  enterFirehose,
  eraseElement,
  receive,
  send,
  transferElement,
  xml,
} from './test-host.ts';

const NAK = { verdict: 'NAK' };
const log = (...texts: unknown[]) => ({ logs: expect.arrayContaining(texts) });

let modem: SimulatedModem;
let link: UsbLink;

beforeEach(async () => {
  modem = new SimulatedModem({ firmware: 'EC25EUGAR06A05M4G_01.003.01.003' });
  link = await enterFirehose(modem);
});
afterEach(() => modem.close());

describe('commands a real programmer refuses', () => {
  const wrongSize = (element: string) => element.replace('BYTES="2048"', 'BYTES="4096"');
  const wrongBlock = (element: string) => element.replace('BLOCK="64"', 'BLOCK="128"');
  const SECTOR_SIZE = "ERROR: Attribute 'SECTOR_SIZE_IN_BYTES'=4096 must be equal to disk sector size 2048";
  const PAGES = "Attribute 'PAGES_PER_BLOCK'=128 must be equal to disk pages per block 64";

  it.each([
    ['erase from inside a block', eraseElement(13953, 576), 'start_sector unaligned'],
    ['erase of part of a block', eraseElement(13952, 575), 'num_partition_sectors unaligned'],
    ['erase beyond the chip', eraseElement(130_944, 256), 'Programming region exceeds total block count'],
    ['erase from a word', eraseElement(Number.NaN, 64), 'start_sector is not a number'],
    ['erase with another sector size', wrongSize(eraseElement(13952, 576)), SECTOR_SIZE],
    ['program from inside a block', transferElement('program', 13953, 1), 'start_sector unaligned'],
    [
      'program beyond the chip',
      transferElement('program', 131_008, 65),
      'Programming region exceeds total block count',
    ],
    ['program with another sector size', wrongSize(transferElement('program', 0, 1)), SECTOR_SIZE],
    ['program with another block size', wrongBlock(transferElement('program', 0, 1)), PAGES],
    ['read with another sector size', wrongSize(transferElement('read', 0, 1)), SECTOR_SIZE],
    ['read with another block size', wrongBlock(transferElement('read', 0, 1)), PAGES],
    [
      'read beyond the chip',
      transferElement('read', 131_072, 1),
      'Programming region exceeds total block count',
    ],
    [
      'getsha256digest',
      '<getsha256digest start_sector="0" />',
      "**WARNING Ignoring Unrecognized tag 'getsha256digest'",
    ],
    ['patch', '<patch filename="DISK" />', "**WARNING Ignoring Unrecognized tag 'patch'"],
    ['power to nowhere', '<power value="on" />', "ERROR: power value 'on' is not supported"],
  ])('%s', async (_what, element, sentence) => {
    const answer = await command(link, element);
    expect(answer).toMatchObject({ ...NAK, ...log(sentence) });
    expect(modem.nand.isProgrammed(0)).toBe(true);
  });

  it.each([
    ['no space before />', '<nop/>'],
    ['two spaces behind the tag', '<nop  a="1" />'],
    ['a closing tag', '<nop></nop>'],
    ['two commands', '<nop /><nop />'],
    ['single quotes', "<power value='reset' />"],
    ['a comment', '<!-- x --><nop />'],
    ['an unfinished value', '<power value="reset />'],
  ])('XML with %s', async (_what, element) => {
    expect(await command(link, element)).toMatchObject({
      ...NAK,
      logs: [expect.stringContaining('XML not formed correctly')],
    });
  });

  it('XML longer than 4096 bytes', async () => {
    await send(link, xml(`<nop a="${'x'.repeat(4096)}" />`));
    expect(await drain(link)).toHaveLength(2);
  });

  it('reads on when XML fills its last packet, until a zero-length packet ends it', async () => {
    const element = xml('<nop />');
    const document = Buffer.concat([element, Buffer.alloc(512 - element.length, ' ')]);
    await send(link, document);
    expect(await receive(link, 5)).toBe('timeout');
    await send(link, new Uint8Array(0));
    expect(await drain(link)).toHaveLength(1);
    await link.write(document, { timeoutMs: 100, zeroPacket: true });
    expect(await drain(link)).toHaveLength(1);
  });
});
