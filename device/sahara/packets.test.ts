import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../shared/bytes.ts';
import {
  CLIENT_COMMAND,
  donePacket,
  executeDataPacket,
  executePacket,
  helloResponse,
  parsePacket,
  resetPacket,
  resetStateMachinePacket,
  SAHARA_MODE,
  switchModePacket,
} from './packets.ts';
import { meaningOfStatus, rejectsProgrammer } from './status.ts';

const bytes = (hex: string) => new Uint8Array(fromHex(hex.replaceAll(' ', '')) ?? []);
const HELLO = `01000000 30000000 02000000 01000000 00040000 00000000${' 00000000'.repeat(6)}`;

describe('a Sahara packet from the modem', () => {
  it.each([
    ['HELLO', HELLO, { kind: 'hello', version: 2, compatible: 1, maxPacketBytes: 1024, mode: 0 }],
    [
      'READ_DATA',
      '03000000 14000000 0d000000 00100000 d0090000',
      { kind: 'read', imageId: 13, offsetBytes: 4096, lengthBytes: 0x9d0 },
    ],
    [
      'READ_DATA64',
      '12000000 20000000 0d00000000000000 0010000000000000 d009000000000000',
      { kind: 'read', imageId: 13, offsetBytes: 4096, lengthBytes: 0x9d0 },
    ],
    [
      'READ_DATA64 beyond any programmer',
      '12000000 20000000 0d00000000000000 0000000001000000 0010000000000000',
      { kind: 'read', imageId: 13, offsetBytes: 2 ** 32, lengthBytes: 0x1000 },
    ],
    ['END_IMAGE_TX', '04000000 10000000 0d000000 21000000', { kind: 'end', imageId: 13, status: 0x21 }],
    ['DONE_RESP pending', '06000000 0c000000 00000000', { kind: 'done-response', complete: false }],
    ['DONE_RESP complete', '06000000 0c000000 01000000', { kind: 'done-response', complete: true }],
    ['RESET_RESP', '08000000 08000000', { kind: 'reset-response' }],
    ['CMD_READY', '0b000000 08000000', { kind: 'command-ready' }],
    [
      'EXECUTE_RESP',
      '0e000000 10000000 03000000 60000000',
      { kind: 'execute-response', clientCommand: 3, dataBytes: 96 },
    ],
    ['MEM_DEBUG', '09000000 10000000 00000000 00010000', { kind: 'memory-debug' }],
    ['MEM_DEBUG64', '10000000 18000000 0000000000000000 0001000000000000', { kind: 'memory-debug' }],
  ])('%s is read (edl 1b)', (_, hex, packet) => {
    expect(parsePacket(bytes(hex))).toEqual({ ok: true, value: packet });
  });

  it('inside a larger buffer is read from its own first byte', () => {
    const padded = bytes(`ffffff 08000000 08000000 ff`);
    expect(parsePacket(padded.subarray(3, 11))).toMatchObject({
      ok: true,
      value: { kind: 'reset-response' },
    });
  });

  it.each([
    ['nothing', '', 0],
    ['half a header', '01000000', 0],
    ['a command of the host', '05000000 08000000', 5],
    ['half a READ_DATA64', '12000000 20000000 0d00000000000000', 0x12],
    ['another length than its own', '08000000 0c000000', 8],
    ['less than it says', '04000000 10000000 0d000000', 4],
    ['more than it says', '08000000 08000000 00', 8],
    ['XML', '3c3f786d 6c207665', 0x6d783f3c],
  ])('with %s is not known', (_, hex, command) => {
    expect(parsePacket(bytes(hex))).toEqual({
      ok: false,
      failure: { reason: 'sahara-packet-unknown', command, bytes: bytes(hex).length },
    });
  });

  it('is never an exception, whatever arrives', () => {
    const header = fc.constantFrom(
      ...['01', '03', '04', '06', '08', '09', '0b', '0e', '10', '12'].map((command) =>
        bytes(`${command}000000 30000000`),
      ),
    );
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        expect(typeof parsePacket(Uint8Array.from([...start, ...rest])).ok).toBe('boolean');
      }),
    );
  });
});

describe('a Sahara packet from the host', () => {
  it.each([
    [
      'HELLO_RESP with the versions of the modem',
      helloResponse({ version: 2, compatible: 1 }),
      `02000000 30000000 02000000 01000000 00000000 00000000${' 00000000'.repeat(6)}`,
    ],
    [
      'HELLO_RESP for command mode',
      helloResponse({ version: 2, compatible: 1 }, SAHARA_MODE.command),
      `02000000 30000000 02000000 01000000 00000000 03000000${' 00000000'.repeat(6)}`,
    ],
    ['EXECUTE', executePacket(CLIENT_COMMAND.oemKeyHash), '0d000000 0c000000 03000000'],
    ['EXECUTE_DATA', executeDataPacket(CLIENT_COMMAND.hardwareId), '0f000000 0c000000 02000000'],
    ['SWITCH_MODE', switchModePacket(SAHARA_MODE.imageTransfer), '0c000000 0c000000 00000000'],
    ['RESET_STATE_MACHINE', resetStateMachinePacket(), '13000000 08000000'],
    ['DONE', donePacket(), '05000000 08000000'],
    ['RESET', resetPacket(), '07000000 08000000'],
  ])('%s has its bytes (edl 1b)', (_, packet, hex) => {
    expect(toHex(packet)).toBe(toHex(bytes(hex)));
  });
});

describe('a status', () => {
  it.each([
    [0x06, true],
    [0x21, true],
    [0x22, true],
    [0x25, true],
    [0x14, true],
    [0x23, true],
    [0x1f, false],
    [0x0d, false],
    [0x16, false],
    [0x24, false],
    [0x28, false],
  ])('%i says that this programmer is not for this modem: %s', (status, rejected) => {
    expect(rejectsProgrammer(status)).toBe(rejected);
  });

  it('that nobody knows is shown as it is', () => {
    expect(meaningOfStatus(0x7f)).toBe('status 0x7f');
    expect(meaningOfStatus(0x29)).toBe('status 0x29');
    expect(meaningOfStatus(0x21)).toContain('not signed');
  });

  it('of every number has a meaning of its own words', () => {
    const meanings = Array.from({ length: 0x28 }, (_, i) => meaningOfStatus(i + 1));
    expect(meanings.filter((meaning) => meaning.startsWith('status'))).toEqual([]);
  });
});
