import { describe, expect, it } from 'vitest';
import { concatBytes, toHex, utf8 } from '../../shared/bytes.ts';
import { scriptedPipe } from '../transport/scripted-pipe.ts';
import { readDiagVersion, requestEdl } from './diag.ts';
import { encodeHdlc } from './hdlc.ts';
import { DIAG_FRAMES_MAX } from './limits.ts';

const EDL = Uint8Array.of(0x4b, 0x65, 0x01, 0x00);
const versionFrame = (text: string) =>
  encodeHdlc(concatBytes([Uint8Array.of(0x7c, 2), new Uint8Array(10), utf8(`${text}\0`)]));
const logFrame = encodeHdlc(Uint8Array.of(0x10, 0x00, 0x7e, 0x7d));

describe('the version by DIAG', () => {
  it('is asked with the bytes that modems know, and read from behind its header', async () => {
    const pipe = scriptedPipe({ answers: () => [versionFrame('EC25EUGAR06A05M4G')] });
    expect(await readDiagVersion(pipe)).toEqual({ ok: true, value: 'EC25EUGAR06A05M4G' });
    expect(toHex(pipe.sent[0] ?? new Uint8Array())).toBe('7c93497e');
  });

  it('is found among frames nobody asked for, damaged ones and cut ones', async () => {
    const frame = versionFrame('EC25EUGAR06A05M4G');
    const damaged = frame.slice();
    damaged[14] = 0x41;
    const hears = [logFrame, damaged, frame.subarray(0, 9), new Uint8Array(), frame.subarray(9)];
    expect(await readDiagVersion(scriptedPipe({ hears }))).toEqual({ ok: true, value: 'EC25EUGAR06A05M4G' });
  });

  it('is empty where the modem names none', async () => {
    const hears = [encodeHdlc(Uint8Array.of(0x7c, 2, 0, 0))];
    expect(await readDiagVersion(scriptedPipe({ hears }))).toEqual({ ok: true, value: '' });
  });

  it('is not awaited for ever: silence, or other frames without end', async () => {
    const failure = { reason: 'diag-no-answer', request: 'version' };
    expect(await readDiagVersion(scriptedPipe({}))).toEqual({ ok: false, failure });
    const chatter = scriptedPipe({ hears: Array.from({ length: 500 }, () => logFrame) });
    expect(await readDiagVersion(chatter)).toEqual({ ok: false, failure });
    expect(chatter.unread()).toBe(500 - DIAG_FRAMES_MAX);
  });

  it('keeps no stream that never ends a frame', async () => {
    const hears = [
      ...Array.from({ length: 20 }, () => new Uint8Array(4096).fill(0x41)),
      versionFrame('LATE'),
    ];
    expect(await readDiagVersion(scriptedPipe({ hears }))).toMatchObject({ ok: true, value: 'LATE' });
  });
});

describe('the switch to EDL', () => {
  it('sends the frame that modems know and takes its echo for yes', async () => {
    const pipe = scriptedPipe({ answers: (sent) => [logFrame, sent] });
    expect(await requestEdl(pipe)).toEqual({ ok: true, value: undefined });
    expect(toHex(pipe.sent[0] ?? new Uint8Array())).toBe('4b650100540f7e');
  });

  it.each([
    ['another command', encodeHdlc(Uint8Array.of(0x4b, 0x65, 0x02, 0x00))],
    ['an error that holds the command', encodeHdlc(concatBytes([Uint8Array.of(0x13), EDL]))],
    ['the command with more behind it', encodeHdlc(concatBytes([EDL, Uint8Array.of(0)]))],
  ])('does not take %s for yes', async (_, frame) => {
    expect(await requestEdl(scriptedPipe({ hears: [frame] }))).toEqual({
      ok: false,
      failure: { reason: 'diag-no-answer', request: 'enter EDL' },
    });
  });

  it('says that the modem went before it answered', async () => {
    expect(await requestEdl(scriptedPipe({ ends: { reason: 'modem-disconnected' } }))).toEqual({
      ok: false,
      failure: { reason: 'modem-disconnected' },
    });
  });
});
