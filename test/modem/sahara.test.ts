import { beforeEach, describe, expect, it } from 'vitest';
import { ec25Eu } from './models.ts';
import { buildProgrammer } from './programmer-format.ts';
import { Sahara, type SaharaDialect, type SaharaOptions } from './sahara.ts';
import { saharaPacket } from './sahara-packets.ts';
import type { ModuleControl } from './usb-function.ts';

const { sahara: dialect, hardwareId, rootKeyHash } = ec25Eu;
const identity = { serial: 0x0a0b0c0d, hardwareId, rootKeyHash };
const HELLO_RESPONSE = saharaPacket(2, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6);
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

/** Records what the boot ROM sends and asks of the module. */
function recorder() {
  const sent: Uint8Array[] = [];
  const asked: string[] = [];
  const control: ModuleControl = {
    send: (message) => void sent.push(typeof message === 'function' ? new Uint8Array(0) : message),
    setBusy: () => {},
    packetBytes: 512,
    after: () => {},
    restart: ({ into }) => void asked.push(`restart into ${into}`),
    powerOff: () => void asked.push('power off'),
    startProgrammer: () => void asked.push('start programmer'),
  };
  return { sent, asked, control };
}

let rom: ReturnType<typeof recorder>;
let sahara: Sahara;

function start(options: Partial<SaharaOptions> = {}): void {
  rom = recorder();
  sahara = new Sahara(rom.control, {
    dialect,
    chip: 'MDM9607',
    identity,
    session: 'fresh',
    rejectsAll: false,
    ...options,
  });
  sahara.opened();
}

/** Answers every READ_DATA from `file` until the boot ROM says something else; returns the reads and that packet. */
function serve(file: Uint8Array, chunkBytes = 0x1000) {
  const reads: { offset: number; bytes: number }[] = [];
  for (;;) {
    const last = Buffer.from(rom.sent.at(-1) ?? []);
    const command = last.readUInt32LE(0);
    if (command !== 3 && command !== 0x12) return { reads, end: hex(last) };
    const [offset, bytes] =
      command === 3
        ? [last.readUInt32LE(12), last.readUInt32LE(16)]
        : [Number(last.readBigUInt64LE(16)), Number(last.readBigUInt64LE(24))];
    reads.push({ offset, bytes });
    const wanted = file.subarray(offset, offset + bytes);
    for (let at = 0; at < wanted.length; at += chunkBytes)
      sahara.receive(wanted.subarray(at, at + chunkBytes));
  }
}

beforeEach(() => start());

describe('Sahara', () => {
  it('says HELLO once, to whoever opens first', () => {
    sahara.opened();
    sahara.opened();
    expect(rom.sent.map(hex)).toEqual([`0100000030000000020000000100000000040000${'00'.repeat(28)}`]);
  });

  it('loads a programmer piece by piece and starts it', () => {
    sahara.receive(HELLO_RESPONSE);
    const { reads, end } = serve(buildProgrammer({ chip: 'MDM9607' }));
    expect(end).toBe('04000000100000000d00000000000000');
    sahara.receive(saharaPacket(5));
    expect(hex(rom.sent.at(-1))).toBe('060000000c00000000000000');
    expect(rom.asked).toEqual(['start programmer']);

    const offsets = reads.map((read) => read.offset);
    expect(reads[0]).toEqual({ offset: 0, bytes: 0x34 });
    expect(reads[1]).toEqual({ offset: 0x34, bytes: 0x60 });
    expect(offsets).not.toEqual([...offsets].sort((a, b) => a - b));
    expect(new Set(reads.slice(3).map((read) => read.bytes))).toContain(0x9d0);
    expect(Math.max(...reads.map((read) => read.bytes))).toBe(0x1000);
    expect(reads.reduce((sum, read) => sum + read.bytes, 0)).toBe(128_376);
  });

  it('takes image bytes in whole packets and ignores zero-length packets', () => {
    sahara.receive(HELLO_RESPONSE);
    sahara.receive(new Uint8Array(0));
    expect(serve(buildProgrammer({ chip: 'MDM9607' }), 512).end).toBe('04000000100000000d00000000000000');
  });

  it.each([
    ['is for another chip', 0x21, () => buildProgrammer({ chip: 'SDX55' })],
    ['has an altered hash table', 0x21, () => altered(0x94 + 60)],
    ['has altered code', 0x22, () => altered(100_000)],
    ['has an altered entry point', 0x22, () => altered(24)],
    ['is no ELF', 0x14, () => new Uint8Array(128_376)],
    ['is a 64-bit ELF', 0x14, () => altered(4)],
    ['has too many program headers', 0x0e, () => altered(45)],
  ])('rejects a programmer that %s with status %i', (_what, status, file) => {
    sahara.receive(HELLO_RESPONSE);
    const { end } = serve(file());
    expect(end).toBe(hex(saharaPacket(4, 13, status)));
    sahara.receive(saharaPacket(5));
    expect(rom.asked).toEqual([]);
  });

  it('rejects a good programmer when told to', () => {
    start({ rejectsAll: true });
    sahara.receive(HELLO_RESPONSE);
    expect(serve(buildProgrammer({ chip: 'MDM9607' })).end).toBe(hex(saharaPacket(4, 13, 0x21)));
  });

  it.each([
    ['one byte (the poke)', new Uint8Array(1), 0x05],
    ['an XML probe', Buffer.from('<?xml version="1.0" ?><data><nop /></data>'), 0x05],
    ['DONE', saharaPacket(5), 0x01],
    ['RESET_STATE_MACHINE, which this protocol version lacks', saharaPacket(0x13), 0x01],
    ['a HELLO_RESP of version 3', saharaPacket(2, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0), 0x02],
    ['a short HELLO_RESP', saharaPacket(2, 2, 1, 0, 0), 0x05],
    ['a HELLO_RESP for memory debug', saharaPacket(2, 2, 1, 0, 2, 0, 0, 0, 0, 0, 0), 0x18],
  ])('answers %s instead of HELLO_RESP with END_IMAGE and an error', (_what, bytes, status) => {
    sahara.receive(bytes);
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, status)));
    sahara.receive(HELLO_RESPONSE);
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, 0x01)));
  });

  it.each([
    ['too few bytes', 8],
    ['too many bytes', 0x35],
  ])('ends the transfer when READ_DATA is answered with %s', (_what, bytes) => {
    sahara.receive(HELLO_RESPONSE);
    sahara.receive(new Uint8Array(bytes));
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, 0x0d)));
  });

  it.each([
    ['before HELLO_RESP', () => {}],
    ['in the error state', () => sahara.receive(new Uint8Array(1))],
  ])('restarts on RESET %s', (_when, before) => {
    before();
    sahara.receive(saharaPacket(7));
    expect(hex(rom.sent.at(-1))).toBe('0800000008000000');
    expect(rom.asked).toEqual(['restart into firmware']);
  });

  it('stays silent when HELLO was stolen, until it is poked', () => {
    start({ session: 'hello-taken' });
    expect(rom.sent).toEqual([]);
    sahara.receive(new Uint8Array(1));
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, 0x05)));
  });
});

describe('Sahara in 64 bits', () => {
  it('asks for the same pieces with longer packets', () => {
    sahara.receive(HELLO_RESPONSE);
    const { reads } = serve(buildProgrammer({ chip: 'MDM9607' }));
    start(withDialect({ asksIn64Bit: true }));
    sahara.receive(HELLO_RESPONSE);
    expect(hex(rom.sent.at(-1))).toBe(
      `1200000020000000${'0d'.padEnd(16, '0')}${'0'.repeat(16)}${'34'.padEnd(16, '0')}`,
    );
    expect(serve(buildProgrammer({ chip: 'MDM9607' })).reads).toEqual(reads);
  });

  it('ends its image as in 32 bits, and says COMPLETE where the chip does', () => {
    start(withDialect({ asksIn64Bit: true, doneStatus: 1 }));
    sahara.receive(HELLO_RESPONSE);
    expect(serve(buildProgrammer({ chip: 'MDM9607' })).end).toBe('04000000100000000d00000000000000');
    sahara.receive(saharaPacket(5));
    expect(hex(rom.sent.at(-1))).toBe('060000000c00000001000000');
  });
});

describe("Sahara's command mode", () => {
  const COMMAND_MODE = saharaPacket(2, 2, 1, 0, 3, 1, 2, 3, 4, 5, 6);
  const hardwareIdOnTheWire = '00000000e1800400';

  it.each([
    ['the serial number', 1, '0d0c0b0a'],
    ['the hardware id, three times', 2, hardwareIdOnTheWire.repeat(3)],
    ['the hash of the root key, three times', 3, rootKeyHash.repeat(3)],
  ])('tells %s', (_what, command, expected) => {
    sahara.receive(COMMAND_MODE);
    expect(hex(rom.sent.at(-1))).toBe('0b00000008000000');
    sahara.receive(saharaPacket(0x0d, command));
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(0x0e, command, expected.length / 2)));
    sahara.receive(saharaPacket(0x0f, command));
    expect(hex(rom.sent.at(-1))).toBe(expected);
  });

  it('has the ids of the chip in another place from Sahara 3 on', () => {
    start(withDialect({ version: 3 }));
    sahara.receive(COMMAND_MODE);
    sahara.receive(saharaPacket(0x0d, 0x0a));
    sahara.receive(saharaPacket(0x0f, 0x0a));
    expect(hex(rom.sent.at(-1))).toBe('e1800400'.padStart(80, '0').padEnd(168, '0'));
    sahara.receive(saharaPacket(0x0d, 2));
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, 0x1f)));
  });

  it('goes on to the image transfer with another HELLO', () => {
    sahara.receive(COMMAND_MODE);
    sahara.receive(saharaPacket(0x0c, 0));
    expect(rom.sent.at(-1)).toEqual(rom.sent[0]);
    sahara.receive(HELLO_RESPONSE);
    expect(serve(buildProgrammer({ chip: 'MDM9607' })).end).toBe('04000000100000000d00000000000000');
  });

  it.each([
    ['a command it does not know', 0x1f, [saharaPacket(0x0d, 8)]],
    ['data nobody asked to prepare', 0x20, [saharaPacket(0x0f, 1)]],
    ['data of another command', 0x20, [saharaPacket(0x0d, 1), saharaPacket(0x0f, 2)]],
    ['the same data twice', 0x20, [saharaPacket(0x0d, 1), saharaPacket(0x0f, 1), saharaPacket(0x0f, 1)]],
    ['a switch to memory debug', 0x1c, [saharaPacket(0x0c, 2)]],
    ['DONE', 0x01, [saharaPacket(5)]],
  ])('ends in an error on %s', (_what, status, packets) => {
    sahara.receive(COMMAND_MODE);
    for (const packet of packets) sahara.receive(packet);
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, status)));
  });

  it('is refused where the chip has none', () => {
    start(withDialect({ hasCommandMode: false }));
    sahara.receive(COMMAND_MODE);
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, 0x18)));
  });
});

describe('a session that another host left behind', () => {
  it('takes the next packet for image bytes, and is left by RESET', () => {
    start({ session: 'mid-image' });
    expect(rom.sent).toEqual([]);
    sahara.receive(HELLO_RESPONSE);
    expect(hex(rom.sent.at(-1))).toBe(hex(saharaPacket(4, 13, 0x0d)));
    sahara.receive(saharaPacket(7));
    expect(rom.asked).toEqual(['restart into firmware']);
  });

  it('starts over on RESET_STATE_MACHINE where the chip knows it', () => {
    start(withDialect({ hasStateMachineReset: true }));
    sahara.receive(new Uint8Array(1));
    sahara.receive(saharaPacket(0x13));
    expect(hex(rom.sent.at(-1)).slice(0, 16)).toBe('0100000030000000');
    sahara.receive(HELLO_RESPONSE);
    expect(serve(buildProgrammer({ chip: 'MDM9607' })).end).toBe('04000000100000000d00000000000000');
  });
});

function withDialect(change: Partial<SaharaDialect>): { dialect: SaharaDialect } {
  return { dialect: { ...dialect, ...change } };
}

function altered(offset: number): Uint8Array {
  const file = buildProgrammer({ chip: 'MDM9607' });
  file[offset] = (file[offset] ?? 0) ^ 3;
  return file;
}
