import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../shared/bytes.ts';
import { PACKAGE_MAX_BYTES } from '../../shared/limits.ts';
import { ok } from '../../shared/result.ts';
import { scriptedPipe } from '../transport/scripted-pipe.ts';
import { loadProgrammer } from './driver.ts';
import { greet } from './greet.ts';
import { DRAIN_READ_BYTES, RESETS_MAX, STALE_READS_MAX } from './limits.ts';
import { parsePacket, resetPacket, resetStateMachinePacket } from './packets.ts';
import { resetModem, resetStateMachine } from './reset.ts';

const bytes = (hex: string) => new Uint8Array(fromHex(hex.replaceAll(' ', '')) ?? []);
const HELLO = bytes(`01000000 30000000 02000000 01000000 00040000 00000000${' 00000000'.repeat(6)}`);
const RESET_RESPONSE = bytes('08000000 08000000');
const END_WITH_ERROR = bytes('04000000 10000000 0d000000 01000000');
const LOG =
  '<?xml version="1.0" encoding="UTF-8" ?><data><log value="Binary build date: May 17 2023" /></data>';
const timings = { helloMs: 1, replyMs: 1, writeMs: 1 };
const gone = { reason: 'modem-disconnected' } as const;

const hello = {
  found: 'hello',
  hello: { kind: 'hello', version: 2, compatible: 1, maxPacketBytes: 1024, mode: 0 },
};
const isReset = (sent: Uint8Array) => toHex(sent) === toHex(resetPacket());

describe('what listens in EDL', () => {
  it('is a boot ROM that says HELLO, and nothing is sent before it is understood', async () => {
    const pipe = scriptedPipe({ hears: [HELLO] });
    expect(await greet(pipe, timings)).toEqual({ ok: true, value: hello });
    expect(pipe.sent).toEqual([]);
  });

  it('is a programmer that still talks', async () => {
    expect(await greet(scriptedPipe({ hears: [LOG] }), timings)).toEqual({
      ok: true,
      value: { found: 'programmer', heard: utf8(LOG) },
    });
  });

  it('is a silent programmer, which answers a question that changes nothing', async () => {
    const pipe = scriptedPipe({ answers: () => [LOG] });
    expect(await greet(pipe, timings)).toEqual({
      ok: true,
      value: { found: 'programmer', heard: utf8(LOG) },
    });
    expect(pipe.sentText()).toBe('<?xml version="1.0" ?><data><nop /></data>');
  });

  it('is a HELLO behind the bytes of a broken-off read, which are read past', async () => {
    const raw = Array.from({ length: 50 }, () => new Uint8Array(65_536).fill(0xee));
    expect(await greet(scriptedPipe({ hears: [...raw, new Uint8Array(), HELLO] }), timings)).toEqual({
      ok: true,
      value: hello,
    });
  });

  it('is a HELLO behind the rest of the largest file that may have been read back', async () => {
    const raw = new Uint8Array(DRAIN_READ_BYTES).fill(0xee);
    let left = PACKAGE_MAX_BYTES / DRAIN_READ_BYTES - 1;
    const pipe = { ...scriptedPipe({}), transferIn: async () => ok(left-- > 0 ? raw : HELLO) };
    expect(await greet(pipe, timings)).toEqual({ ok: true, value: hello });
  });

  it.each([
    ['that ends with an error', [END_WITH_ERROR]],
    [
      'of a modem that crashed',
      [bytes(`01000000 30000000 02000000 01000000 00040000 02000000${' 00000000'.repeat(6)}`)],
    ],
    ['that asks for data', [bytes('03000000 14000000 0d000000 00000000 34000000')]],
  ])('is a session somebody left, %s: it is reset, and the modem comes back', async (_, hears) => {
    const pipe = scriptedPipe({ hears, answers: (sent) => (isReset(sent) ? [RESET_RESPONSE] : []) });
    expect(await greet(pipe, timings)).toEqual({ ok: false, failure: { reason: 'sahara-stale-session' } });
    expect(pipe.sent.map(isReset)).toEqual([true]);
  });

  it('is a session that takes the question for a bad packet: it is reset', async () => {
    const pipe = scriptedPipe({ answers: (sent) => [isReset(sent) ? RESET_RESPONSE : END_WITH_ERROR] });
    expect(await greet(pipe, timings)).toEqual({ ok: false, failure: { reason: 'sahara-stale-session' } });
  });

  it('is a session that the question spoilt, where a late HELLO crossed it: it is reset', async () => {
    const pipe = scriptedPipe({
      answers: (sent, n) => (isReset(sent) ? [RESET_RESPONSE] : n === 0 ? [HELLO, END_WITH_ERROR] : []),
    });
    expect(await greet(pipe, timings)).toEqual({ ok: false, failure: { reason: 'sahara-stale-session' } });
    expect(pipe.sent.map(isReset)).toEqual([false, true]);
  });

  it('is a boot ROM whose HELLO came late, and that did not mind the question', async () => {
    expect(await greet(scriptedPipe({ answers: () => [HELLO] }), timings)).toEqual({
      ok: true,
      value: hello,
    });
  });

  it('is nothing, also when asked', async () => {
    const pipe = scriptedPipe({});
    expect(await greet(pipe, timings)).toEqual({ ok: false, failure: { reason: 'sahara-no-hello' } });
    expect(pipe.sent).toHaveLength(1);
  });

  it('is gone', async () => {
    expect(await greet(scriptedPipe({ ends: gone }), timings)).toEqual({ ok: false, failure: gone });
    expect(await greet(scriptedPipe({ takesUntil: 0 }), timings)).toEqual({ ok: false, failure: gone });
  });
});

describe('a reset', () => {
  it('is done once the modem says so, whatever it had to say before', async () => {
    const pipe = scriptedPipe({ hears: [HELLO, LOG, END_WITH_ERROR, RESET_RESPONSE] });
    expect(await resetModem(pipe, timings)).toEqual({ ok: true, value: undefined });
  });

  it('is done behind complaints that were waiting from before, also where a tty gives them in one piece', async () => {
    const complaints = Array.from({ length: RESETS_MAX + 2 }, () => END_WITH_ERROR);
    const apart = scriptedPipe({ hears: [...complaints, RESET_RESPONSE] });
    expect([(await resetModem(apart, timings)).ok, apart.sent.length]).toEqual([true, 1]);
    const together = scriptedPipe({ hears: [concatBytes([...complaints, RESET_RESPONSE])] });
    expect([(await resetModem(together, timings)).ok, together.sent.length]).toEqual([true, 1]);
  });

  it('is done when the modem is gone before its answer is read', async () => {
    expect(await resetModem(scriptedPipe({ ends: gone }), timings)).toEqual({ ok: true, value: undefined });
  });

  it('is said again to a modem that took it for image data, and is done when it goes between two', async () => {
    const hears = (_: Uint8Array, n: number) => [n === 0 ? END_WITH_ERROR : RESET_RESPONSE];
    const pipe = scriptedPipe({ answers: hears });
    expect([(await resetModem(pipe, timings)).ok, pipe.sent.map(isReset)]).toEqual([true, [true, true]]);
    const leaving = scriptedPipe({ answers: () => [END_WITH_ERROR], takesUntil: 1 });
    expect((await resetModem(leaving, timings)).ok).toBe(true);
  });

  it('is not believed of a modem that says other things, or nothing', async () => {
    const many = RESETS_MAX * STALE_READS_MAX;
    const talk = scriptedPipe({ hears: Array.from({ length: many + 5 }, () => HELLO) });
    expect(await resetModem(talk, timings)).toMatchObject({
      failure: { reason: 'sahara-unexpected-packet' },
    });
    expect([talk.unread(), talk.sent.length]).toEqual([5, RESETS_MAX]);
    const silent = scriptedPipe({});
    expect(await resetModem(silent, timings)).toMatchObject({ failure: { reason: 'transfer-timed-out' } });
    expect(silent.sent).toHaveLength(RESETS_MAX);
  });
});

describe('a reset of the state machine', () => {
  it.each([
    ['gives a new HELLO, whatever was said before it', [END_WITH_ERROR, HELLO], hello.hello],
    ['that the modem does not know gives none', [END_WITH_ERROR], null],
    ['of a modem that says other things gives none', Array.from({ length: 40 }, () => LOG), null],
  ])('%s', async (_, hears, value) => {
    const pipe = scriptedPipe({ hears });
    expect(await resetStateMachine(pipe, timings)).toEqual({ ok: true, value });
    expect(pipe.sent.map((sent) => toHex(sent))).toEqual([toHex(resetStateMachinePacket())]);
  });

  it('says that the modem is gone', async () => {
    expect(await resetStateMachine(scriptedPipe({ ends: gone }), timings)).toEqual({
      ok: false,
      failure: gone,
    });
  });
});

describe('loading a programmer', () => {
  const image = Uint8Array.from({ length: 600 }, (_, i) => i & 0xff);
  const parsed = parsePacket(HELLO);
  if (!parsed.ok || parsed.value.kind !== 'hello') throw new Error('not a HELLO');
  const said = parsed.value;
  const asks = [
    bytes('03000000 14000000 0d000000 00000000 34000000'),
    bytes('03000000 14000000 0d000000 00000000 00020000'),
    bytes('04000000 10000000 0d000000 00000000'),
    bytes('06000000 0c000000 00000000'),
  ];

  it('answers HELLO and every request with exactly its bytes, and sends no empty transfer', async () => {
    const pipe = scriptedPipe({ answers: (_, n) => asks.slice(n, n + 1) });
    expect(await loadProgrammer(pipe, said, { imageId: 13, bytes: image }, timings)).toEqual({
      ok: true,
      value: undefined,
    });
    // 512 bytes are a multiple of the USB packet: a zero-length packet there is not part of the protocol (edl 1b).
    expect(pipe.sent.map((transfer) => transfer.length)).toEqual([0x30, 0x34, 512, 8]);
    expect(toHex(pipe.sent[2] ?? new Uint8Array())).toBe(toHex(image.subarray(0, 512)));
  });

  it('goes on from a request of a modem that has had its HELLO answered', async () => {
    const pipe = scriptedPipe({ answers: (_, n) => asks.slice(n + 1, n + 2) });
    const opening = { kind: 'read', imageId: 13, offsetBytes: 0, lengthBytes: 0x34 } as const;
    expect((await loadProgrammer(pipe, opening, { imageId: 13, bytes: image }, timings)).ok).toBe(true);
    expect(pipe.sent.map((transfer) => transfer.length)).toEqual([0x34, 512, 8]);
  });

  it.each([
    [
      'sends nothing, often',
      { hears: Array.from({ length: 200 }, () => new Uint8Array()) },
      { reason: 'transfer-timed-out' },
    ],
    ['goes', { answers: () => [], ends: gone }, gone],
    ['goes while bytes are sent', { answers: () => asks.slice(0, 1), takesUntil: 1 }, gone],
    ['falls silent', {}, { reason: 'transfer-timed-out' }],
    ['talks XML', { hears: [LOG] }, { reason: 'sahara-packet-unknown' }],
    [
      'rejects it',
      { hears: [bytes('04000000 10000000 0d000000 21000000')] },
      { reason: 'programmer-rejected' },
    ],
  ])('ends when the modem %s', async (_, script, failure) => {
    const loaded = await loadProgrammer(scriptedPipe(script), said, { imageId: 13, bytes: image }, timings);
    expect(loaded).toMatchObject({ ok: false, failure });
  });
});
