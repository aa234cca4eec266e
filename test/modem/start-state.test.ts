import { afterEach, describe, expect, it } from 'vitest';
import { SimulatedModem } from './modem.ts';
import { saharaPacket } from './sahara-packets.ts';
import type { StartState } from './start-state.ts';
import { CONFIGURE, command, drain, loadProgrammer, openUsb, receive, send } from './test-host.ts';

const EC25 = 'EC25EUGAR06A05M4G_01.003.01.003';
const RM500Q = 'RM500QGLAAR11A03M4G_01.001.01.001';
const HELLO_RESPONSE = saharaPacket(2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0);
const RESET = saharaPacket(7);

let modem: SimulatedModem;

function found(startIn: StartState, firmware = EC25) {
  modem = new SimulatedModem({ firmware, startIn });
  return openUsb(modem);
}

async function returns(): Promise<void> {
  expect(await modem.whenState(['normal'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
}

const hex = (bytes: Uint8Array | string) =>
  typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('hex');
const ascii = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('latin1');

afterEach(() => modem.close());

describe('found in EDL', () => {
  it('fresh: HELLO waits, and a programmer can be loaded', async () => {
    expect(await loadProgrammer(found('edl'))).toBe('ok');
    expect(modem.state()).toBe('edl-firehose');
  });

  it('with HELLO taken: silent, but it takes the answer to it', async () => {
    const link = found('edl-hello-taken');
    expect(await receive(link, 5)).toBe('timeout');
    await send(link, HELLO_RESPONSE);
    expect(hex(await receive(link)).slice(0, 8)).toBe('03000000');
  });

  it('in the middle of an image: silent, takes a packet for bytes of it, and RESET brings the firmware back', async () => {
    const link = found('edl-mid-image');
    expect(await receive(link, 5)).toBe('timeout');
    await send(link, HELLO_RESPONSE);
    expect(hex(await receive(link))).toBe('04000000100000000d0000000d000000');
    await send(link, RESET);
    expect(hex(await receive(link))).toBe('0800000008000000');
    await returns();
  });
});

describe('found with a programmer that runs', () => {
  it('says nothing, answers nop, and takes a configuration', async () => {
    const link = found('programmer');
    expect(modem.state()).toBe('edl-firehose');
    expect(await receive(link, 5)).toBe('timeout');
    expect(await command(link, '<nop />')).toMatchObject({ verdict: 'ACK' });
    expect(await command(link, CONFIGURE)).toMatchObject({ verdict: 'ACK' });
  });

  it('whose logs are unread: starts with an XML declaration', async () => {
    const link = found('programmer-unread');
    expect(ascii(await receive(link)).slice(0, 4)).toBe('<?xm');
    await drain(link);
    expect(await command(link, '<nop />')).toMatchObject({ verdict: 'ACK' });
  });

  it('that waits for raw bytes: takes them for its image, with everything erased before, and calibration whole', async () => {
    const before = new SimulatedModem({ firmware: EC25 });
    const link = found('programmer-mid-image');
    expect(modem.calibrationDigest()).toBe(before.calibrationDigest());
    before.close();
    const [system, sbl] = [modem.partitions.at(-1), modem.partitions[0]];
    expect(modem.nand.isProgrammed(sbl?.startSector ?? 0)).toBe(false);
    const isProgrammed = (sector: number) => modem.nand.isProgrammed((system?.startSector ?? 0) + sector);
    expect([4, 5].map(isProgrammed)).toEqual([true, false]);
    await send(link, new Uint8Array(2048));
    expect(isProgrammed(5)).toBe(true);
    for (let sector = 6; sector < 16; sector++) await send(link, new Uint8Array(2048));
    expect(ascii(Buffer.concat(await drain(link)))).toContain('<response value="ACK" rawmode="false" />');
    modem.powerCycle();
    expect(await modem.whenState(['edl-sahara'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
  });
});

describe('found crashed', () => {
  it.each([
    ['an EC25 under the id of all dumps', EC25, 0x05c6, 0x900e],
    ['an RM500Q under its own id with one interface', RM500Q, 0x2c7c, 0x0800],
  ])('%s', (_what, firmware, vendorId, productId) => {
    expect(found('ram-dump', firmware)).toMatchObject({ vendorId, productId, interfaceCount: 1 });
  });

  it('offers a table of its memory and reads out of it', async () => {
    const link = found('ram-dump');
    expect(hex(await receive(link)).slice(0, 48)).toBe('010000003000000002000000010000000004000002000000');
    await send(link, saharaPacket(2, 2, 1, 0, 2, 0, 0, 0, 0, 0, 0));
    const offer = Buffer.from((await receive(link)) as Uint8Array);
    expect([offer.readUInt32LE(0), offer.length]).toEqual([9, 16]);
    await send(link, saharaPacket(10, offer.readUInt32LE(8), offer.readUInt32LE(12)));
    const entry = Buffer.from((await receive(link)) as Uint8Array);
    expect(entry.toString('latin1', 32, 42)).toBe('OCIMEM.BIN');
    await send(link, saharaPacket(10, entry.readUInt32LE(4), entry.readUInt32LE(8)));
    expect(await receive(link)).toHaveLength(4096);
    await send(link, saharaPacket(10, entry.readUInt32LE(4), entry.readUInt32LE(8) + 1));
    expect(hex(await receive(link))).toBe(hex(saharaPacket(4, 0, 0x19)));
  });

  it.each([
    ['a HELLO_RESP that wants to hand over an image', HELLO_RESPONSE, 0x18],
    ['the DIAG command for EDL', Buffer.from('4b650100540f7e', 'hex'), 0x05],
    ['a read before HELLO_RESP', saharaPacket(10, 0, 4), 0x01],
  ])('answers %s with an error, and RESET starts the firmware', async (_what, bytes, status) => {
    const link = found('ram-dump');
    await receive(link);
    await send(link, bytes);
    expect(hex(await receive(link))).toBe(hex(saharaPacket(4, 0, status)));
    await send(link, RESET);
    await receive(link);
    await returns();
  });
});

describe('found in fastboot', () => {
  it.each([
    ['getvar:version', 'OKAY0.4'],
    ['getvar:product', 'OKAYmdm9607'],
    ['getvar:toString', 'OKAY'],
    ['oem edl', 'FAILunknown command'],
    ['flash:boot', 'FAILunknown command'],
    ['x'.repeat(65), 'FAILcommand too long'],
  ])('answers %s', async (asked, answer) => {
    const link = found('fastboot');
    expect(link).toMatchObject({ vendorId: 0x18d1, productId: 0xd00d, interfaceCount: 1 });
    await send(link, Buffer.from(asked));
    expect(ascii(await receive(link))).toBe(answer);
  });

  it.each(['reboot', 'continue'])('starts the firmware on %s', async (word) => {
    const link = found('fastboot');
    await send(link, Buffer.from(word));
    expect(ascii(await receive(link))).toBe('OKAY');
    await returns();
  });
});

it.each(['edl-mid-image', 'programmer', 'ram-dump', 'fastboot'] as const)(
  'a power cycle ends %s',
  async (state) => {
    found(state);
    modem.powerCycle();
    await returns();
  },
);
