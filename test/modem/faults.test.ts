import { afterEach, describe, expect, it } from 'vitest';
import type { FaultDeclaration } from './faults.ts';
import { SimulatedModem } from './modem.ts';
import { saharaPacket } from './sahara-packets.ts';
import {
  command,
  drain,
  enterFirehose,
  eraseElement,
  loadProgrammer,
  NEW_FIRMWARE,
  openUsb,
  program,
  readBack,
  receive,
  send,
  switchToEdl,
  transferElement,
  update,
  xml,
} from './test-host.ts';

const oldFirmware = 'EC25EUGAR06A05M4G_01.003.01.003';

let modem: SimulatedModem;
afterEach(() => modem.close());

function make(...faults: FaultDeclaration[]): SimulatedModem {
  modem = new SimulatedModem({ firmware: oldFirmware, faults });
  return modem;
}

/** Transfers a whole update takes, and how many of them come before its first erase. */
async function countTransfers(): Promise<{ readonly beforeErase: number; readonly all: number }> {
  make();
  const link = await enterFirehose(modem);
  const beforeErase = modem.transferCount;
  await update(modem, link);
  return { beforeErase, all: modem.transferCount };
}

/** Transfers from power-on in normal mode to a configured programmer. */
async function transfersUntilConfigured(): Promise<number> {
  make();
  await enterFirehose(modem);
  modem.close();
  return modem.transferCount;
}

describe('an update', () => {
  it('ends in the new firmware with calibration untouched', async () => {
    const before = make().calibrationDigest();
    expect(await update(modem, await enterFirehose(modem))).toBe('ok');
    await modem.whenState(['normal'], { timeoutMs: 1000 });
    expect(modem.bootOutcome).toMatchObject({ firmware: NEW_FIRMWARE, calibration: { kind: 'intact' } });
    expect(modem.calibrationDigest()).toBe(before);
  });
});

describe('fault cut-power', () => {
  it('leaves a module that is in EDL, or old, or new after a cut at any transfer, when SBL comes last', async () => {
    const { beforeErase, all } = await countTransfers();
    modem.close();
    for (let step = 0; step <= 15; step++) {
      const atTransfer = Math.round(1 + (step / 15) * (all - 1));
      const before = make({ kind: 'cut-power', atTransfer }).calibrationDigest();
      const link = await enterFirehose(modem).catch(() => undefined);
      if (link !== undefined) await update(modem, link);
      await modem.whenState(['normal', 'edl-sahara', 'stuck'], { timeoutMs: 1000 });
      const outcome = modem.bootOutcome;
      expect(outcome?.kind, `cut at ${atTransfer}`).not.toBe('stuck');
      if (atTransfer <= beforeErase) expect(outcome).toMatchObject({ kind: 'normal', firmware: oldFirmware });
      expect(modem.calibrationDigest()).toBe(before);
      modem.close();
    }
  }, 60_000);

  it('leaves a module that is stuck for good when SBL was written first, until a human shorts the test point', async () => {
    const { all } = await countTransfers();
    modem.close();
    make({ kind: 'cut-power', atTransfer: all - 40 });
    await update(modem, await enterFirehose(modem), { order: 'SBL first' });
    expect(await modem.whenState(['stuck'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
    expect(modem.openUsb()).toMatchObject({ ok: false, failure: { reason: 'not-on-bus', state: 'stuck' } });
    modem.powerCycle();
    expect(await modem.whenState(['stuck'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
    modem.shortTestPoint();
    await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
    expect(await update(modem, await enterFirehose(modem))).toBe('ok');
    await modem.whenState(['normal'], { timeoutMs: 1000 });
  });

  it('tears the transfer it hits: some pages written, one garbage, the rest still erased', async () => {
    const soFar = await transfersUntilConfigured();
    make({ kind: 'cut-power', atTransfer: soFar + 9 });
    const link = await enterFirehose(modem);
    await command(link, eraseElement(13952, 576));
    await command(link, transferElement('program', 13952, 8));
    const content = new Uint8Array(8192).fill(0x55);
    expect(await send(link, content)).toBe('ok');
    expect(await send(link, content)).toBe('gone');
    const isIntact = (page: number) => modem.nand.programmedPage(page)?.every((byte) => byte === 0x55);
    const second = [13956, 13957, 13958, 13959];
    expect([13952, ...second].map(isIntact)).toEqual([true, true, true, false, undefined]);
  });

  it('tears the first page of the first transfer, which nothing reads until its block is erased', async () => {
    const soFar = await transfersUntilConfigured();
    make({ kind: 'cut-power', atTransfer: soFar + 8 });
    const link = await enterFirehose(modem);
    await command(link, eraseElement(0, 640));
    await command(link, transferElement('program', 0, 4));
    expect(await send(link, new Uint8Array(8192).fill(0x55))).toBe('gone');
    await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
    const again = await enterFirehose(modem);
    const torn = await command(again, transferElement('read', 0, 1));
    expect([torn.verdict, torn.logs.join()]).toEqual(['NAK', expect.stringContaining('uncorrectable ECC')]);
    await command(again, eraseElement(0, 640));
    expect(await readBack(again, 0, 1)).toMatchObject({ verdict: 'ACK' });
  });

  it('leaves an erase half done', async () => {
    const soFar = await transfersUntilConfigured();
    make({ kind: 'cut-power', atTransfer: soFar + 1 });
    const link = await enterFirehose(modem);
    expect((await command(link, '<erase />')).verdict).toBe('gone');
    expect([modem.nand.isProgrammed(0), modem.nand.isProgrammed(93312)]).toEqual([false, true]);
  });
});

describe('fault disconnect', () => {
  it('takes the module off the bus and back, with the programmer still running and its log unread', async () => {
    const soFar = await transfersUntilConfigured();
    make({ kind: 'disconnect', atTransfer: soFar + 1 });
    const link = await enterFirehose(modem);
    expect((await command(link, eraseElement(13952, 576))).verdict).toBe('gone');
    expect(modem.state()).toBe('gone');
    await modem.whenState(['edl-firehose'], { timeoutMs: 1000 });
    const again = openUsb(modem);
    expect(await receive(again, 5)).toBe('timeout');
    expect((await command(again, '<nop />')).verdict).toBe('ACK');
    expect(await update(modem, again)).toBe('ok');
  });

  it('in Sahara: HELLO is not said again, a poke ends in an error, RESET brings the module back', async () => {
    make({ kind: 'disconnect', atTransfer: 4 });
    await switchToEdl(modem);
    expect(await loadProgrammer(openUsb(modem))).toBe('gone');
    await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
    const link = openUsb(modem);
    expect(await receive(link, 5)).toBe('timeout');
    await send(link, saharaPacket(7));
    expect(await receive(link)).toEqual(Buffer.from(saharaPacket(8)));
    await modem.whenState(['normal'], { timeoutMs: 1000 });
  });
});

describe('fault silence', () => {
  it('answers nothing from that transfer on, until a power cycle', async () => {
    make({ kind: 'silence', fromTransfer: 3 });
    await switchToEdl(modem);
    const link = openUsb(modem);
    expect(await receive(link, 5)).toBe('timeout');
    expect(await send(link, saharaPacket(7), 5)).toBe('ok');
    expect(await receive(link, 5)).toBe('timeout');
    modem.powerCycle();
    expect(await receive(link)).toBe('gone');
    await modem.whenState(['normal'], { timeoutMs: 1000 });
    await switchToEdl(modem);
  });
});

describe('fault nak', () => {
  it.each(['start', 'end'] as const)('refuses the second program at its %s and goes on', async (phase) => {
    make({ kind: 'nak', command: 'program', occurrence: 2, phase });
    const link = await enterFirehose(modem);
    await command(link, eraseElement(13952, 576));
    const page = new Uint8Array(2048);
    expect((await program(link, 13952, page)).verdict).toBe('ACK');
    expect((await program(link, 14016, page)).verdict).toBe('NAK');
    expect(modem.nand.isProgrammed(14016)).toBe(phase === 'end');
    expect((await program(link, 14080, page)).verdict).toBe('ACK');
  });

  it.each([
    ['erase', eraseElement(13952, 576)],
    ['getstorageinfo', '<getstorageinfo physical_partition_number="0" />'],
    ['nop', '<nop />'],
  ])('refuses the first %s', async (tag, element) => {
    make({ kind: 'nak', command: tag, occurrence: 1 });
    const link = await enterFirehose(modem);
    expect((await command(link, element)).verdict).toBe('NAK');
    expect((await command(link, element)).verdict).toBe('ACK');
  });
});

describe('fault slow-erase', () => {
  it('answers late, does not listen meanwhile, and a power cycle in between leaves it half done', async () => {
    make({ kind: 'slow-erase', delayMs: 40 });
    const link = await enterFirehose(modem);
    await send(link, xml(eraseElement(13952, 576)));
    await drain(link);
    expect(await send(link, xml('<nop />'), 5)).toBe('timeout');
    expect(Buffer.from((await receive(link)) as Uint8Array).toString()).toContain('value="ACK"');
    await send(link, xml('<erase />'));
    modem.powerCycle();
    expect([modem.nand.isProgrammed(0), modem.nand.isProgrammed(93312)]).toEqual([false, true]);
  });
});

describe('fault stolen-hello', () => {
  it('keeps HELLO back once: silence, an error at the poke, HELLO after RESET', async () => {
    make({ kind: 'stolen-hello' });
    await switchToEdl(modem);
    const link = openUsb(modem);
    expect(await receive(link, 5)).toBe('timeout');
    await send(link, new Uint8Array(1));
    expect(await receive(link)).toEqual(Buffer.from(saharaPacket(4, 13, 5)));
    await send(link, saharaPacket(7));
    await receive(link);
    await modem.whenState(['normal'], { timeoutMs: 1000 });
    await switchToEdl(modem);
    expect(await loadProgrammer(openUsb(modem))).toBe('ok');
  });
});

describe('fault wrong-geometry', () => {
  it('is told by getstorageinfo and by a read, refuses misaligned erases, and takes the aligned one of SBL', async () => {
    make({ kind: 'wrong-geometry' });
    const link = await enterFirehose(modem);
    expect(modem.bootOutcome).toBeUndefined();
    const { logs } = await command(link, '<getstorageinfo physical_partition_number="0" />');
    expect(logs.join()).toContain('"block_size":262144');
    expect(await readBack(link, 0, 1)).toMatchObject({
      verdict: 'NAK',
      logs: ["Attribute 'PAGES_PER_BLOCK'=64 must be equal to disk pages per block 128", expect.anything()],
    });
    expect(await command(link, eraseElement(13952, 576))).toMatchObject({
      verdict: 'NAK',
      logs: ['num_partition_sectors unaligned'],
    });
    expect(await command(link, eraseElement(0, 640))).toMatchObject({ verdict: 'ACK' });
    expect(modem.nand.isProgrammed(0)).toBe(false);
  });
});

describe('fault rejected-programmer', () => {
  it('ends Sahara with status 0x21; RESET brings the module back unchanged', async () => {
    make({ kind: 'rejected-programmer' });
    await switchToEdl(modem);
    const link = openUsb(modem);
    expect(await loadProgrammer(link)).toBe('status 33');
    await send(link, saharaPacket(7));
    await receive(link);
    await modem.whenState(['normal'], { timeoutMs: 1000 });
    expect(modem.bootOutcome).toMatchObject({ firmware: oldFirmware });
  });
});

describe('fault flipped-bit', () => {
  it.each([
    ['once', [false, true]],
    ['always', [false, false]],
  ] as const)('comes %s, only when the sector is read', async (times, isGood) => {
    make({ kind: 'flipped-bit', sector: 2, times });
    const stored = Buffer.from(modem.nand.programmedPage(2) ?? []);
    const link = await enterFirehose(modem);
    const seen = [];
    for (let turn = 0; turn < 2; turn++) {
      const { bytes } = await readBack(link, 0, 4);
      seen.push(stored.equals(bytes.subarray(2 * 2048, 3 * 2048)));
    }
    expect(seen).toEqual(isGood);
    expect(stored.equals(modem.nand.programmedPage(2) ?? new Uint8Array(0))).toBe(true);
  });
});

describe('fault never-returns', () => {
  it.each([
    ['reset', async (): Promise<string> => update(modem, await enterFirehose(modem))],
    ['edl-switch', async (): Promise<string> => send(openUsb(modem), Buffer.from('4b650100540f7e', 'hex'))],
  ] as const)('stays away after %s until a power cycle', async (after, leave) => {
    make({ kind: 'never-returns', after });
    await leave();
    await modem.whenState(['gone'], { timeoutMs: 1000 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(modem.state()).toBe('gone');
    modem.powerCycle();
    expect(await modem.whenState(['normal'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
  });
});
