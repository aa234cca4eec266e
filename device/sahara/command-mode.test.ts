import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../shared/bytes.ts';
import { scriptedPipe, type Transfer } from '../transport/scripted-pipe.ts';
import { askHardware } from './command-mode.ts';
import { ChipSerial, comparedHardware, findContradiction, UNKNOWN_HARDWARE } from './hardware.ts';
import { readChipIdV3, readHardwareId, readKeyHash } from './hardware-bytes.ts';
import { EXECUTE_DATA_MAX_BYTES } from './limits.ts';
import { type Hello, resetPacket } from './packets.ts';

const bytes = (hex: string) => new Uint8Array(fromHex(hex.replaceAll(' ', '')) ?? []);
const timings = { helloMs: 1, replyMs: 1, writeMs: 1 };
const hello: Hello = { kind: 'hello', version: 2, compatible: 1, maxPacketBytes: 1024, mode: 0 };
const HELLO = bytes(`01000000 30000000 02000000 01000000 00040000 00000000${' 00000000'.repeat(6)}`);
const READY = bytes('0b000000 08000000');
const INVALID_MODE = bytes('04000000 10000000 00000000 18000000');
const READ = bytes('03000000 14000000 0d000000 00000000 34000000');
const RESET_RESPONSE = bytes('08000000 08000000');

const HARDWARE_ID = bytes('00000000e1800400'.repeat(3));
const KEY_HASH = 'ab'.repeat(31);
const KEY_HASHES = bytes(`${KEY_HASH}01`.repeat(3));
const SERIAL = bytes('efbeadde');
const ANSWERS: Readonly<Record<number, Uint8Array>> = { 1: SERIAL, 2: HARDWARE_ID, 3: KEY_HASHES };
const u32 = (value: number) => bytes(value.toString(16).padStart(8, '0')).reverse();
const announce = (command: number, length: number) =>
  Uint8Array.from([...bytes('0e000000 10000000'), ...u32(command), ...u32(length)]);

/** A modem in command mode; `changes` answer a packet otherwise, keyed by its command and first field. */
function modem(changes: Readonly<Record<string, readonly Transfer[]>> = {}) {
  return scriptedPipe({
    answers: (sent) => {
      const view = new DataView(sent.buffer, sent.byteOffset, sent.length);
      const command = view.getUint32(0, true);
      const field = sent.length > 8 ? view.getUint32(8, true) : 0;
      const changed = changes[`${command}`] ?? changes[`${command} ${field}`];
      if (changed !== undefined) return changed;
      const answer = ANSWERS[field] ?? new Uint8Array();
      switch (command) {
        case 0x02:
          return [READY];
        case 0x0c:
          return [HELLO];
        case 0x0d:
          return [announce(field, answer.length)];
        case 0x0f:
          return [answer];
        case 0x07:
          return [RESET_RESPONSE];
        default:
          return [];
      }
    },
  });
}
const commandsOf = (pipe: { readonly sent: readonly Uint8Array[] }) =>
  pipe.sent.map((sent) => [sent[0], sent.length > 8 ? sent[sent[0] === 2 ? 20 : 8] : undefined]);

describe('a modem that is asked who it is', () => {
  it('says its chip, its key and its serial number, and is ready for a programmer', async () => {
    const pipe = modem();
    const asked = await askHardware(pipe, hello, timings);
    expect(asked).toMatchObject({
      ok: true,
      value: {
        hardware: { msmId: '000480e1', oemId: '0000', modelId: '0000', oemKeyHash: `${KEY_HASH}01` },
        opening: hello,
      },
    });
    expect(asked.ok && asked.value.hardware.serial?.equals(new ChipSerial(0xdeadbeef))).toBe(true);
    expect(commandsOf(pipe)).toEqual([
      [0x02, 3],
      [0x0d, 2],
      [0x0f, 2],
      [0x0d, 3],
      [0x0f, 3],
      [0x0d, 1],
      [0x0f, 1],
      [0x0c, 0],
    ]);
  });

  it('may cut its answers as it likes', async () => {
    const cut = [KEY_HASHES.subarray(0, 1), new Uint8Array(), KEY_HASHES.subarray(1)];
    const asked = await askHardware(modem({ '15 3': cut }), hello, timings);
    expect(asked).toMatchObject({ value: { hardware: { oemKeyHash: `${KEY_HASH}01` } } });
  });

  it('of Sahara 3 is asked for its chip in another way', async () => {
    const chip = new Uint8Array(44);
    chip.set([0xe1, 0x80, 0x04, 0x00, 0x34, 0x12, 0x78, 0x56], 36);
    const pipe = modem({ '13 10': [announce(10, 44)], '15 10': [chip] });
    const asked = await askHardware(pipe, { ...hello, version: 3 }, timings);
    expect(asked).toMatchObject({
      value: { hardware: { msmId: '000480e1', oemId: '1234', modelId: '5678', oemKeyHash: `${KEY_HASH}01` } },
    });
  });

  it('that does not listen and asks for its programmer gets it', async () => {
    const asked = await askHardware(modem({ 2: [READ] }), hello, timings);
    expect(asked).toEqual({
      ok: true,
      value: {
        hardware: UNKNOWN_HARDWARE,
        opening: { kind: 'read', imageId: 13, offsetBytes: 0, lengthBytes: 0x34 },
      },
    });
  });

  it.each([
    ['refuses the mode', { 2: [INVALID_MODE] }],
    ['says nothing to it', { 2: [] }],
    ['says something else', { 2: [HELLO] }],
    ['answers in XML', { 2: ['<?xml version="1.0" ?><data></data>'] }],
  ])('that %s begins anew where it can, without a restart', async (_, changes) => {
    const pipe = modem({ ...changes, 19: [HELLO] });
    expect(await askHardware(pipe, hello, timings)).toEqual({
      ok: true,
      value: { hardware: UNKNOWN_HARDWARE, opening: hello },
    });
    const restarted = modem(changes);
    expect(await askHardware(restarted, hello, timings)).toEqual({
      ok: false,
      failure: { reason: 'sahara-stale-session', after: 'command-mode-refused' },
    });
    expect(restarted.sent.map((sent) => toHex(sent))).toContain(toHex(resetPacket()));
  });

  it.each([
    ['refuses a question', { '13 3': [INVALID_MODE] }],
    ['announces nothing', { '13 3': [announce(3, 0)] }],
  ])('that %s is asked the next', async (_, changes) => {
    const asked = await askHardware(modem(changes), hello, timings);
    expect(asked).toMatchObject({ value: { hardware: { msmId: '000480e1', oemKeyHash: null } } });
    expect(asked.ok && asked.value.hardware.serial).not.toBeNull();
  });

  it('of Sahara 3 that refuses the new question for its chip is asked the old one', async () => {
    const asked = await askHardware(modem({ '13 10': [INVALID_MODE] }), { ...hello, version: 3 }, timings);
    expect(asked).toMatchObject({ value: { hardware: { msmId: '000480e1', oemKeyHash: `${KEY_HASH}01` } } });
  });

  it.each([
    ['answers another question', { '13 3': [announce(2, 24)] }],
    ['announces more than any answer', { '13 3': [announce(3, EXECUTE_DATA_MAX_BYTES + 1)] }],
    ['announces more than it says', { '15 3': [KEY_HASHES.subarray(0, 5)] }],
    ['says nothing after it announced', { '15 3': [] }],
  ])('that %s has said what it said before', async (_, changes) => {
    expect(await askHardware(modem(changes), hello, timings)).toMatchObject({
      ok: true,
      value: { hardware: { msmId: '000480e1', oemKeyHash: null, serial: null }, opening: hello },
    });
  });

  it('that stays in command mode begins anew, and has said what it said', async () => {
    expect(await askHardware(modem({ 12: [], 19: [HELLO] }), hello, timings)).toMatchObject({
      value: { hardware: { msmId: '000480e1' }, opening: hello },
    });
  });

  it('may go in between', async () => {
    for (let takesUntil = 0; takesUntil < 8; takesUntil++) {
      const whole = modem();
      const pipe = {
        ...whole,
        transferOut: async (sent: Uint8Array, options: { timeoutMs: number }) =>
          whole.sent.length < takesUntil
            ? whole.transferOut(sent, options)
            : ({ ok: false, failure: { reason: 'modem-disconnected' } } as const),
      };
      expect(await askHardware(pipe, hello, timings)).toEqual({
        ok: false,
        failure: { reason: 'modem-disconnected' },
      });
    }
  });
});

describe('what a modem answers', () => {
  it.each([
    ['a hash of 32 bytes', `${'01'.repeat(31)}02`],
    ['one said three times', `${'01'.repeat(31)}02`.repeat(3)],
    ['one of 48 bytes said twice', `${'01'.repeat(47)}02`.repeat(2)],
    ['one of 48 bytes', `${'01'.repeat(47)}02`],
  ])('%s is a key hash', (_, hex) => {
    const { oemKeyHash } = readKeyHash(bytes(hex));
    expect(oemKeyHash).toMatch(/^(01){31}02$|^(01){47}02$/);
    expect(hex.startsWith(oemKeyHash ?? '-')).toBe(true);
  });

  it.each(['', '00', '00'.repeat(32), 'ab'.repeat(31)])('%j is no key hash', (hex) => {
    expect(readKeyHash(bytes(hex))).toEqual({ oemKeyHash: null });
  });

  it('that is too short says nothing', () => {
    const nothing = { msmId: null, oemId: null, modelId: null };
    expect([readHardwareId(new Uint8Array(7)), readChipIdV3(new Uint8Array(43))]).toEqual([nothing, nothing]);
  });
});

describe('a serial number', () => {
  it('is shown to nobody', () => {
    const serial = new ChipSerial(0xdeadbeef);
    const shown = [
      `${serial}`,
      JSON.stringify({ serial }),
      inspect(serial, { showHidden: true }),
      String(serial),
    ];
    for (const text of shown) expect(text).not.toMatch(/deadbeef|3735928559/i);
  });
});

describe('hardware', () => {
  const found = { ...UNKNOWN_HARDWARE, msmId: '000480e1', oemKeyHash: 'aa' };
  it.each([
    ['nothing is expected', found, { msmIds: null, oemKeyHashes: null }, null],
    ['it says nothing', UNKNOWN_HARDWARE, { msmIds: ['1'], oemKeyHashes: ['2'] }, null],
    ['both are one of those', found, { msmIds: ['1', '000480e1'], oemKeyHashes: ['aa'] }, null],
    [
      'the chip is another',
      found,
      { msmIds: ['0005', '0006'], oemKeyHashes: null },
      { what: 'chip', wanted: '0005 or 0006', found: '000480e1' },
    ],
    [
      'the key is another',
      found,
      { msmIds: ['000480e1'], oemKeyHashes: ['bb'] },
      { what: 'signing key', wanted: 'bb', found: 'aa' },
    ],
  ])('is judged where %s', (_, said, expected, failure) => {
    expect(findContradiction(said, expected)).toEqual(
      failure === null ? null : { reason: 'wrong-hardware', ...failure },
    );
  });
});

describe('what could be compared', () => {
  const said = { ...UNKNOWN_HARDWARE, msmId: '000480e1', oemKeyHash: null };
  it.each([
    ['the chip alone, where the key was not said', { msmIds: ['000480e1'], oemKeyHashes: ['ab'] }, ['chip']],
    ['nothing, where nothing is known', { msmIds: null, oemKeyHashes: null }, []],
    ['nothing, where only the key is known', { msmIds: null, oemKeyHashes: ['ab'] }, []],
  ])('is %s', (_, expected, compared) => {
    expect(comparedHardware(said, expected)).toEqual(compared);
  });
});
