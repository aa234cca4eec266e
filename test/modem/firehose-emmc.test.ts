import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deterministicBytes } from './deterministic-bytes.ts';
import type { UsbLink } from './link.ts';
import { SimulatedModem } from './modem.ts';
import { buildProgrammer } from './programmer-format.ts';
import { saharaPacket } from './sahara-packets.ts';
import { command, drain, openUsb, readAnswer, receive, send, xml } from './test-host.ts';

const firmware = 'RG650VEUAAR01A01M4G_01.001.01.001';
const SBL_START = 64;
const TOTAL_SECTORS = 524_288;
const over = (tag: string, startSector: number | string, sectorCount: number) =>
  `<${tag} SECTOR_SIZE_IN_BYTES="512" num_partition_sectors="${sectorCount}" physical_partition_number="0" start_sector="${startSector}" />`;
const patch = (change: Readonly<Record<string, string | number>>) => {
  const attributes = {
    SECTOR_SIZE_IN_BYTES: 512,
    byte_offset: 16,
    filename: 'DISK',
    physical_partition_number: 0,
    size_in_bytes: 4,
    start_sector: 1,
    value: 0,
    ...change,
  };
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `<patch ${written.join(' ')} />`;
};

let modem: SimulatedModem;
let link: UsbLink;

/** Sahara as this chip asks: READ_DATA64. */
async function handOver(file: Uint8Array): Promise<void> {
  await receive(link);
  await send(link, saharaPacket(2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  for (;;) {
    const packet = Buffer.from((await receive(link)) as Uint8Array);
    if (packet.readUInt32LE(0) !== 0x12) break;
    const offset = Number(packet.readBigUInt64LE(16));
    await send(link, file.subarray(offset, offset + Number(packet.readBigUInt64LE(24))));
  }
  await send(link, saharaPacket(5));
  expect(Buffer.from((await receive(link)) as Uint8Array).toString('hex')).toBe('060000000c00000001000000');
}

async function sector(number: number): Promise<Buffer> {
  await command(link, over('read', number, 1));
  const bytes = Buffer.from((await receive(link)) as Uint8Array);
  await readAnswer(link);
  return bytes;
}

async function write(startSector: number | string, image: Uint8Array): Promise<string> {
  const started = await command(link, over('program', startSector, image.length / 512));
  if (started.verdict !== 'ACK') return started.verdict;
  await send(link, image);
  return (await readAnswer(link)).verdict;
}

beforeEach(async () => {
  modem = new SimulatedModem({ firmware });
  modem.shortTestPoint();
  await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
  link = openUsb(modem);
  await handOver(buildProgrammer({ chip: 'SDX7X' }));
  await drain(link);
  await command(
    link,
    '<configure MemoryName="emmc" MaxPayloadSizeToTargetInBytes="1048576" ZlpAwareHost="1" />',
  );
});
afterEach(() => modem.close());

describe('a module with eMMC', () => {
  it('boots what the factory wrote, and says what its storage is', async () => {
    const { logs } = await command(link, '<getstorageinfo physical_partition_number="0" />');
    expect(JSON.parse(logs[0]?.replace('INFO: ', '') ?? '')).toMatchObject({
      storage_info: { total_blocks: TOTAL_SECTORS, block_size: 512, page_size: 512, mem_type: 'eMMC' },
    });
    await send(link, xml('<power value="reset" />'));
    await drain(link);
    expect(await modem.whenState(['normal'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
  });

  it('refuses to be configured as NAND', async () => {
    expect(await command(link, '<configure MemoryName="nand" />')).toMatchObject({ verdict: 'NAK' });
  });

  it('writes over what is there, and hands its hash over in the response', async () => {
    const [first, second] = ['first', 'second'].map((seed) => deterministicBytes(seed, 64 * 512));
    expect(await write(SBL_START, first as Uint8Array)).toBe('ACK');
    expect(await write(SBL_START, second as Uint8Array)).toBe('ACK');
    const { response } = await command(link, over('getsha256digest', SBL_START, 64));
    const digest = createHash('sha256')
      .update(second as Uint8Array)
      .digest('hex');
    expect(response).toContain(`Digest="${digest.toUpperCase()}"`);
  });

  it('counts from the end of the disk where a host does', async () => {
    const table = deterministicBytes('backup table', 33 * 512);
    expect(await write('NUM_DISK_SECTORS-33.', table)).toBe('ACK');
    expect(await sector(TOTAL_SECTORS - 33)).toEqual(Buffer.from(table.subarray(0, 512)));
    expect(await write('NUM_DISK_SECTORS-32.', table)).toBe('NAK');
  });

  it('erases sectors to zeros', async () => {
    await write(SBL_START, deterministicBytes('x', 1024));
    expect(await command(link, over('erase', SBL_START, 1))).toMatchObject({ verdict: 'ACK' });
    expect(await sector(SBL_START)).toEqual(Buffer.alloc(512));
    expect(await sector(SBL_START + 1)).not.toEqual(Buffer.alloc(512));
  });

  it.each([
    ['a number', { value: 305_419_896 }, '78563412'],
    ['the last sector', { value: 'NUM_DISK_SECTORS-1.' }, (TOTAL_SECTORS - 1).toString(16).padStart(8, '0')],
  ])('patches a field with %s and nothing beside it', async (what, change, expected) => {
    const before = deterministicBytes('table', 512);
    await write(1, before);
    expect(await command(link, patch(change))).toMatchObject({ verdict: 'ACK' });
    const after = await sector(1);
    const field =
      what === 'a number'
        ? after.toString('hex', 16, 20)
        : after.readUInt32LE(16).toString(16).padStart(8, '0');
    expect(field).toBe(expected);
    after.set(before.subarray(16, 20), 16);
    expect(after).toEqual(Buffer.from(before));
  });

  it('patches a field with the CRC of other sectors', async () => {
    const entries = deterministicBytes('entries', 1024);
    await write(2, entries);
    await command(link, patch({ value: 'CRC32(2,600)' }));
    expect((await sector(1)).readUInt32LE(16)).toBe(crc32(entries.subarray(0, 600)));
  });

  it.each([
    ['of a file', { filename: 'gpt_main0.bin' }],
    ['across the end of its sector', { byte_offset: 509 }],
    ['of three bytes', { size_in_bytes: 3 }],
    ['beyond the disk', { start_sector: TOTAL_SECTORS }],
    ['with a value that cannot be computed', { value: 'CRC64(1,2)' }],
    ['with a CRC beyond the disk', { value: 'CRC32(NUM_DISK_SECTORS-1.,513)' }],
    ['for other sectors', { SECTOR_SIZE_IN_BYTES: 4096 }],
  ])('refuses a patch %s', async (_what, change) => {
    expect(await command(link, patch(change))).toMatchObject({ verdict: 'NAK' });
  });

  it.each([
    ['0', 'ACK'],
    ['1', 'ACK'],
    ['2', 'NAK'],
  ])('answers drive %s to boot from with %s', async (drive, verdict) => {
    expect(await command(link, `<setbootablestoragedrive value="${drive}" />`)).toMatchObject({ verdict });
  });
});
