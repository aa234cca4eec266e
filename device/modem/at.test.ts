import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scriptedPipe } from '../transport/scripted-pipe.ts';
import { askAt, prefixedValue, readAtAnswer } from './at.ts';
import { AT_ANSWER_MAX_BYTES } from './limits.ts';

const VERSION = 'EC25EUGAR06A05M4G_01.003.01.003';

describe('an AT answer', () => {
  it.each([
    ['one line', `\r\n${VERSION}\r\n\r\nOK\r\n`, [VERSION]],
    ['an echo before it', `AT+QGMR\r\r\n${VERSION}\r\n\r\nOK\r\n`, [VERSION]],
    ['several lines', '\r\nQuectel\r\nEC25\r\n\r\nOK\r\n', ['Quectel', 'EC25']],
    ['no line', '\r\nOK\r\n', []],
    ['bare line feeds', `${VERSION}\nOK\n`, [VERSION]],
    ['what a modem says unasked after it', `\r\n${VERSION}\r\n\r\nOK\r\n\r\n+QIND: SMS DONE\r\n`, [VERSION]],
    ['a line that only begins like an end', '\r\nOKAY\r\n\r\nOK\r\n', ['OKAY']],
    ['ERROR', '\r\nERROR\r\n', null],
    ['a CME error', '\r\n+CME ERROR: 10\r\n', null],
    ['a CME error in words', '\r\n+CME ERROR: SIM not inserted\r\n', null],
    ['a CMS error', '\r\n+CMS ERROR: 500\r\n', null],
    ['lines and then an error', '\r\nhalf\r\nERROR\r\n', null],
  ])('with %s is read', (_, text, lines) => {
    expect(readAtAnswer(text, 'AT+QGMR')).toEqual({ lines });
  });

  it.each(['', 'AT+QGMR\r', `\r\n${VERSION}\r\n`, '\r\nOK', '\r\nO', 'ERROR\r'])(
    'is not whole yet as %j',
    (text) => {
      expect(readAtAnswer(text, 'AT+QGMR')).toBeNull();
    },
  );

  it('is the same however its bytes are cut into reads', async () => {
    const text = `AT+QGMR\r\r\n+CREG: 1\r\n${VERSION}\r\n\r\nOK\r\n`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length)), async (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), text.length];
        const hears = ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
        const asked = await askAt(scriptedPipe({ hears }), 'AT+QGMR');
        expect(asked).toEqual({ ok: true, value: { lines: ['+CREG: 1', VERSION] } });
      }),
    );
  });
});

describe('a value with a prefix', () => {
  it.each([
    [['+CFUN: 1'], '+CFUN', '1'],
    [['RDY', '+CFUN:1'], '+CFUN', '1'],
    [['+QCFG: "usbnet",0'], '+QCFG', '"usbnet",0'],
    [['+CFUNX: 1'], '+CFUN', undefined],
    [[], '+CFUN', undefined],
    [null, '+CFUN', undefined],
  ])('in %j at %s is %j', (lines, prefix, value) => {
    expect(prefixedValue({ lines }, prefix)).toBe(value);
  });
});

describe('asking', () => {
  it('sends the command with a carriage return', async () => {
    const pipe = scriptedPipe({ answers: () => ['\r\nOK\r\n'] });
    await askAt(pipe, 'AT+CFUN?');
    expect(pipe.sentText()).toBe('AT+CFUN?\r');
  });

  it('ends with the name of the command that was not answered', async () => {
    expect(await askAt(scriptedPipe({ hears: ['\r\n+CREG: 1\r\n'] }), 'AT+CFUN?')).toEqual({
      ok: false,
      failure: { reason: 'at-no-answer', command: 'AT+CFUN?' },
    });
  });

  it('ends when the modem talks without end', async () => {
    const hears = Array.from({ length: 100 }, () => `${'x'.repeat(1000)}\r\n`);
    const pipe = scriptedPipe({ hears });
    expect(await askAt(pipe, 'AT')).toEqual({
      ok: false,
      failure: { reason: 'at-answer-too-long', command: 'AT', maxBytes: AT_ANSWER_MAX_BYTES },
    });
    expect(pipe.unread()).toBeGreaterThan(80);
  });

  it.each([
    ['goes while it is asked', scriptedPipe({ takesUntil: 0 }), 'modem-disconnected'],
    [
      'goes before it answers',
      scriptedPipe({ ends: { reason: 'modem-disconnected' } }),
      'modem-disconnected',
    ],
  ])('says so when the modem %s', async (_, pipe, reason) => {
    expect(await askAt(pipe, 'AT')).toEqual({ ok: false, failure: { reason } });
  });

  it('ends at once when it is interrupted', async () => {
    const asked = await askAt(scriptedPipe({}), 'AT', AbortSignal.abort());
    expect(asked).toEqual({ ok: false, failure: { reason: 'interrupted' } });
  });
});
