import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { obeyControlWord } from './control-words.ts';
import type { ModemState } from './link.ts';
import { SimulatedModem } from './modem.ts';
import { openUsb, receive, send, switchToEdl } from './test-host.ts';

let modem: SimulatedModem;
let states: ModemState[];

beforeEach(() => {
  modem = new SimulatedModem({ firmware: 'EC25EUGAR06A05M4G_01.003.01.003' });
  states = [];
  modem.onStateChange((state) => void states.push(state));
});
afterEach(() => modem.close());

async function until(state: ModemState): Promise<void> {
  expect(await modem.whenState([state], { timeoutMs: 1000 })).toMatchObject({ ok: true });
}

describe('words to a running modem', () => {
  it('unplug and plug take the cable away and put it back', () => {
    obeyControlWord(modem, 'unplug');
    expect(modem.openUsb()).toMatchObject({ ok: false });
    obeyControlWord(modem, 'plug');
    expect(states).toEqual(['gone', 'normal']);
  });

  it('power-cycle reboots at once', async () => {
    obeyControlWord(modem, 'power-cycle');
    await until('normal');
    expect(states).toEqual(['rebooting', 'normal']);
  });

  it('cut waits for the next transfer', async () => {
    obeyControlWord(modem, 'cut');
    expect(modem.state()).toBe('normal');
    expect(await send(openUsb(modem), Buffer.from('7c93497e', 'hex'))).toBe('gone');
    await until('normal');
    expect(states).toEqual(['rebooting', 'normal']);
  });

  it('steal-hello takes one HELLO and no more', async () => {
    obeyControlWord(modem, 'steal-hello');
    await switchToEdl(modem);
    expect(await receive(openUsb(modem), 10)).toBe('timeout');
    modem.powerCycle();
    await until('normal');
    await switchToEdl(modem);
    expect(await receive(openUsb(modem))).toBeInstanceOf(Uint8Array);
  });

  it.each([
    ['ram-dump', 'ram-dump'],
    ['edl-mid-image', 'edl-sahara'],
    ['programmer', 'edl-firehose'],
  ] as const)('the name of a state, %s, makes it %s, until a power cycle', async (word, state) => {
    obeyControlWord(modem, word);
    expect(states).toEqual(['off', state]);
    expect(openUsb(modem).interfaceCount).toBe(1);
    modem.powerCycle();
    await until('normal');
  });

  it('test-point brings it into EDL', async () => {
    obeyControlWord(modem, 'test-point');
    await until('edl-sahara');
  });

  it.each(['', 'unplugged', 'toString'])('"%s" is unknown and does nothing', (word) => {
    expect(obeyControlWord(modem, word)).toEqual({ word, isKnown: false });
    expect(states).toEqual([]);
  });
});
