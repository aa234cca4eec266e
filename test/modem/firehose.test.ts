import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deterministicBytes } from './deterministic-bytes.ts';
import type { UsbLink } from './link.ts';
import { SimulatedModem } from './modem.ts';
import {
  CONFIGURE,
  command,
  drain,
  enterFirehose,
  eraseElement,
  loadProgrammer,
  openUsb,
  program,
  readBack,
  receive,
  send,
  switchToEdl,
  transferElement,
  xml,
} from './test-host.ts';

const firmware = 'EC25EUGAR06A05M4G_01.003.01.003';
const NAK = { verdict: 'NAK' };
const log = (...texts: unknown[]) => ({ logs: expect.arrayContaining(texts) });

let modem: SimulatedModem;
let link: UsbLink;

async function start(options: Partial<ConstructorParameters<typeof SimulatedModem>[0]> = {}): Promise<void> {
  modem = new SimulatedModem({ firmware, ...options });
  link = await enterFirehose(modem);
}

beforeEach(() => start());
afterEach(() => modem.close());

describe('the programmer when it starts', () => {
  it('logs 20 to 30 lines, does not listen before they are read, and names its functions', async () => {
    modem.close();
    modem = new SimulatedModem({ firmware });
    await switchToEdl(modem);
    const fresh = openUsb(modem);
    await loadProgrammer(fresh);
    expect(modem.state()).toBe('edl-firehose');
    expect(await send(fresh, xml('<nop />'), 5)).toBe('timeout');
    const documents = (await drain(fresh)).map((bytes) => Buffer.from(bytes).toString('latin1'));
    expect(documents.length).toBeGreaterThanOrEqual(20);
    expect(documents.length).toBeLessThanOrEqual(30);
    expect(documents).toContain(
      '<?xml version="1.0" encoding="UTF-8" ?><data><log value="Supported Functions: program configure power benchmark read getstorageinfo erase nop " /></data>',
    );
    expect(await command(fresh, '<nop />')).toMatchObject({ verdict: 'ACK' });
    for (const early of [
      eraseElement(0, 640),
      transferElement('read', 0, 1),
      '<getstorageinfo physical_partition_number="0" />',
    ]) {
      expect(await command(fresh, early)).toMatchObject(NAK);
    }
    expect(modem.nand.isProgrammed(0)).toBe(true);
  });
});

describe('configure', () => {
  it('answers with what it can do', async () => {
    const { verdict, response } = await command(link, CONFIGURE);
    expect(verdict).toBe('ACK');
    expect(response).toContain(
      'MaxPayloadSizeToTargetInBytes="8192" MaxPayloadSizeToTargetInBytesSupported="8192"',
    );
    expect(response).toContain('MaxXMLSizeInBytes="4096" TargetName="9x07"');
  });

  it('refuses a payload size that is too large and names the one it takes', async () => {
    const answer = await command(link, CONFIGURE.replace('"8192"', '"1048576"'));
    expect(answer).toMatchObject({ ...NAK, ...log("Host's payload to target size is too large") });
    expect(answer.response).toContain('MaxPayloadSizeToTargetInBytes="8192"');
  });

  it.each([
    ['another memory', CONFIGURE.replace('"nand"', '"emmc"')],
    ['a payload below one packet', CONFIGURE.replace('"8192"', '"100"')],
  ])('refuses %s', async (_what, element) => {
    expect(await command(link, element)).toMatchObject(NAK);
  });
});

describe('erase and program', () => {
  const image = deterministicBytes('image', 30_000);

  it('puts an image on erased pages and reads it back', async () => {
    expect(await command(link, eraseElement(13952, 576))).toMatchObject({
      verdict: 'ACK',
      ...log('Erasing start sector 13952, num sectors 0'),
    });
    expect(await program(link, 13952, image)).toMatchObject({ verdict: 'ACK' });
    const back = await readBack(link, 13952, 15);
    expect(back.verdict).toBe('ACK');
    expect(Buffer.from(back.bytes.subarray(0, image.length)).equals(image)).toBe(true);
    expect(back.bytes.subarray(image.length).every((byte) => byte === 0)).toBe(true);
  });

  it('takes raw data in pieces that are no whole pages', async () => {
    await command(link, eraseElement(13952, 576));
    await command(link, transferElement('program', 13952, 3));
    for (let offset = 0; offset < 6144; offset += 512) await send(link, image.subarray(offset, offset + 512));
    await drain(link);
    expect(Buffer.from((await readBack(link, 13952, 3)).bytes).equals(image.subarray(0, 6144))).toBe(true);
  });

  it('tells when raw bytes may come, and when the last one was taken', async () => {
    const told: object[] = [];
    modem.onProgram((progress) => void told.push(progress));
    await command(link, eraseElement(13952, 576));
    await program(link, 13952, new Uint8Array(5000));
    expect(told).toEqual([
      { phase: 'started', startSector: 13952, lengthBytes: 6144 },
      { phase: 'ended', startSector: 13952, lengthBytes: 6144 },
    ]);
  });

  it('refuses pages that were not erased, after it took the data, and keeps them', async () => {
    const before = await readBack(link, 13952, 1);
    expect(await program(link, 13952, image)).toMatchObject({
      ...NAK,
      ...log(expect.stringContaining('ERROR 21: Line 2459: HANDLE_PROGRAM_FAILURE')),
    });
    expect((await readBack(link, 13952, 1)).bytes).toEqual(before.bytes);
    expect(await command(link, '<nop />')).toMatchObject({ verdict: 'ACK' });
  });

  it('refuses transfers larger than the payload it agreed to', async () => {
    await command(link, eraseElement(13952, 576));
    await command(link, transferElement('program', 13952, 5));
    await send(link, new Uint8Array(5 * 2048));
    expect((await drain(link)).map((b) => Buffer.from(b).toString()).join()).toContain('value="NAK"');
  });

  it('reads 0xFF from erased pages and says that it did', async () => {
    await command(link, eraseElement(13952, 576));
    const { bytes, logs } = await readBack(link, 13952, 2);
    expect(bytes.every((byte) => byte === 0xff)).toBe(true);
    expect(logs).toContain('WARN: ignoring erased page read');
  });

  it('goes on waiting for raw data when its host goes away, and takes the next host for that data', async () => {
    await command(link, eraseElement(13952, 576));
    await command(link, transferElement('program', 13952, 2));
    await send(link, image.subarray(0, 2048));
    link.close();
    const next = openUsb(modem);
    await send(next, xml('<nop />'));
    expect(await receive(next, 5)).toBe('timeout');
    await send(next, new Uint8Array(2048 - xml('<nop />').length));
    expect(Buffer.concat(await drain(next)).toString()).toContain('value="ACK" rawmode="false"');
    expect(await command(next, '<nop />')).toMatchObject({ verdict: 'ACK' });
  });

  it('leaves calibration alone when a whole firmware is erased and written', async () => {
    const before = modem.calibrationDigest();
    for (const { role, startSector, sectorCount } of modem.partitions) {
      if (role === 'firmware') await command(link, eraseElement(startSector, sectorCount));
    }
    await program(link, 0, image);
    expect(modem.calibrationDigest()).toBe(before);
  });

  it.each([
    ['start', '<erase PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" num_partition_sectors="576" />'],
    ['length', '<erase PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" start_sector="13952" />'],
    ['start and length', '<erase />'],
    ['length other than 0', eraseElement(13952, 0)],
    ['the vendor attribute of the anti-misburn question', '<erase c_project_name="EC25EUGA_VH" />'],
  ])('erases the whole chip, calibration too, when an erase has no %s', async (_what, element) => {
    const before = modem.calibrationDigest();
    expect(await command(link, element)).toMatchObject({ verdict: 'ACK' });
    expect(modem.calibrationDigest()).not.toBe(before);
    expect(modem.nand.isProgrammed(0)).toBe(false);
  });

  it.each([
    ['the module', 'EC25EUGA_VH', 'ACK'],
    ['another module', 'RG500QEA_VH', 'NAK'],
  ])('answers the anti-misburn question for %s and erases nothing', async (_what, project, verdict) => {
    const answer = await command(
      link,
      `<erase a_rawdata_start_sector="12544" b_rawdata_num_sector="640" c_project_name="${project}" d_project_type="STD" vendor="quectel" />`,
    );
    expect(answer).toMatchObject({
      verdict,
      logs: expect.arrayContaining([expect.stringContaining('[harden] proj')]),
    });
    expect(modem.nand.isProgrammed(0)).toBe(true);
  });

  it('skips bad blocks, says so, and reads back what it wrote', async () => {
    modem.close();
    await start({ badBlocks: [219, 220] });
    expect(await command(link, eraseElement(13952, 576))).toMatchObject(log('Skipping: bad block 0xdb'));
    const large = deterministicBytes('large', 70 * 2048);
    expect(await program(link, 13952, large)).toMatchObject({
      verdict: 'ACK',
      ...log('Skipping: bad block 0xdb'),
    });
    expect(Buffer.from((await readBack(link, 13952, 70)).bytes).equals(large)).toBe(true);
  });

  it('meets a block that fails when it is erased, says so once, and writes around it from then on', async () => {
    modem.close();
    await start({ faults: [{ kind: 'worn-block', block: 219 }] });
    const erased = await command(link, eraseElement(13952, 576));
    expect(erased).toMatchObject({ verdict: 'ACK', ...log('Skipping erase failure at block 0xdb') });
    expect(await command(link, eraseElement(13952, 576))).toMatchObject(log('Skipping: bad block 0xdb'));
    const image = deterministicBytes('image', 130 * 2048);
    expect(await program(link, 13952, image)).toMatchObject({ verdict: 'ACK' });
    expect((await readBack(link, 13952, 130)).bytes).toEqual(Buffer.from(image));
  });

  it('refuses what does not fit the good blocks of a partition', async () => {
    modem.close();
    await start({ badBlocks: [219] });
    await command(link, eraseElement(13952, 576));
    expect(await program(link, 13952, new Uint8Array(576 * 2048))).toMatchObject({
      ...NAK,
      ...log('Programming region exceeds the good blocks of its partition'),
    });
  });
});

describe('getstorageinfo', () => {
  it('tells the geometry in bytes', async () => {
    const { logs } = await command(link, '<getstorageinfo physical_partition_number="0" />');
    const json = logs.find((line) => line.includes('storage_info'))?.replace('INFO: ', '') ?? '';
    expect(JSON.parse(json)).toMatchObject({
      storage_info: { total_blocks: 2048, block_size: 131072, page_size: 2048, mem_type: 'NAND' },
    });
  });
});

describe('power', () => {
  it('resets only when its logs were read, then boots what is in flash', async () => {
    await send(link, xml('<power value="reset" />'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(modem.state()).toBe('edl-firehose');
    await drain(link);
    expect(await modem.whenState(['normal'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
    expect(await receive(link)).toBe('gone');
    expect(await send(link, xml('<nop />'))).toBe('gone');
  });

  it.each([
    ['off', 'off'],
    ['reset_to_edl', 'edl-sahara'],
  ] as const)('%s ends in %s', async (value, state) => {
    await send(link, xml(`<power value="${value}" />`));
    await drain(link);
    expect(await modem.whenState([state], { timeoutMs: 1000 })).toMatchObject({ ok: true });
  });
});
