/** Lines that a modem sends unasked, and answers that only one of two firmwares gives, are no loss and no gain. */
import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import type { ModemDoor } from '../transport/door.ts';
import { scriptedPipe } from '../transport/scripted-pipe.ts';
import { plainLine } from './at.ts';
import { VALUE_MAX_CHARS } from './limits.ts';
import { findWorse, takeSnapshot } from './snapshot.ts';

async function snapshotOf(answers: Readonly<Record<string, string>>) {
  const pipe = scriptedPipe({
    answers: (sent) => {
      const lines = answers[new TextDecoder().decode(sent).trim()];
      return [lines === undefined ? '\r\nERROR\r\n' : `\r\n${lines}\r\n\r\nOK\r\n`];
    },
  });
  const door = { openAt: async () => ok(pipe) } as Pick<ModemDoor, 'openAt'> as ModemDoor;
  const taken = await takeSnapshot(door, { usbId: '2c7c:0125', interfaceCount: 5 });
  if (!taken.ok) throw new Error(taken.failure.reason);
  return taken.value;
}

describe('lines that came unasked', () => {
  it.each([
    ['its new state', '+CREG: 5\r\n+CREG: 0,1', 'home'],
    ['its new state and cell', '+CREG: 2,"1A2B","01C3D4E5",7\r\n+CREG: 2,1,"1A2B","01C3D4E5",7', 'home'],
    ['nothing, abroad', '+CREG: 0,5', 'roaming'],
    ['nothing, searching', '+CREG: 1,2', 'none'],
  ])('do not hide the registration: %s', async (_, lines, registration) => {
    expect((await snapshotOf({ 'AT+CREG?': lines })).registration).toBe(registration);
  });

  it('do not hide the IMEI, nor a version', async () => {
    expect((await snapshotOf({ 'AT+CGSN': '+CREG: 1\r\n490154203237518' })).imeiPresent).toBe(true);
    expect(plainLine({ lines: ['RDY', '+QIND: SMS DONE', 'Quectel'] })).toBe('Quectel');
    expect(plainLine({ lines: ['+QGMR: EC25EUGAR06A05M4G_01.003.01.003'] })).toContain('EC25EUGA');
    expect(plainLine({ lines: null })).toBeUndefined();
  });
});

describe('an answer', () => {
  it('that only the new firmware gives is no loss; one that it no longer gives is', async () => {
    const silent = await snapshotOf({});
    const answers = {
      'AT+QCFG="usbnet"': '+QCFG: "usbnet",0',
      'AT+QMBNCFG="AutoSel"': '+QMBNCFG: "AutoSel",1',
    };
    const talking = await snapshotOf(answers);
    expect(findWorse(silent, talking)).toEqual([]);
    expect(findWorse(talking, silent).map(({ what }) => what)).toEqual(['usbNetMode', 'mbnAutoSelect']);
  });

  it('that is too long is cut, not a bug', async () => {
    expect((await snapshotOf({ 'AT+CPIN?': `+CPIN: ${'x'.repeat(5_000)}` })).sim).toHaveLength(
      VALUE_MAX_CHARS,
    );
  });
});
