import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import type { ModemDoor } from '../transport/door.ts';
import { scriptedPipe } from '../transport/scripted-pipe.ts';
import { findWorse, type Snapshot, snapshotSchema, takeSnapshot } from './snapshot.ts';

const good: Snapshot = {
  usbId: '2c7c:0125',
  interfaceCount: 5,
  usbNetMode: '"usbnet",0',
  functionality: '1',
  sim: 'READY',
  registration: 'home',
  contexts: ['1,"IPV4V6","internet"', '2,"IPV4V6","ims"'],
  attached: true,
  mbnAutoSelect: '"AutoSel",1',
  imeiPresent: true,
  mbnSelected: '"Select","ROW_Generic_3GPP"',
  roamService: '"roamservice",255',
  roamPreference: null,
  usbConfiguration: '"usbcfg",0x2C7C,0x0125,1,1,1,1,1,0,0',
};

const ANSWERS: Readonly<Record<string, string>> = {
  'AT+CFUN?': '+CFUN: 1',
  'AT+CPIN?': '+CPIN: READY',
  'AT+CEREG?': '+CEREG: 0,1',
  'AT+CREG?': '+CREG: 0,1',
  'AT+CGDCONT?':
    '+CGDCONT: 1,"IPV4V6","internet","10.3.4.5",0,0,0,0\r\n+CGDCONT: 2,"IPV4V6","ims","0.0.0.0",0,0',
  'AT+CGATT?': '+CGATT: 1',
  'AT+QCFG="usbnet"': '+QCFG: "usbnet",0',
  'AT+QMBNCFG="AutoSel"': '+QMBNCFG: "AutoSel",1',
  'AT+CGSN': '490154203237518',
  'AT+QMBNCFG="Select"': '+QMBNCFG: "Select","ROW_Generic_3GPP"',
  'AT+QCFG="roamservice"': '+QCFG: "roamservice",255',
  'AT+QCFG="usbcfg"': '+QCFG: "usbcfg",0x2C7C,0x0125,1,1,1,1,1,0,0',
};

async function snapshotOf(changes: Readonly<Record<string, string>> = {}) {
  const answers: Readonly<Record<string, string>> = { ...ANSWERS, ...changes };
  const pipe = scriptedPipe({
    answers: (sent) => {
      const answer = answers[new TextDecoder().decode(sent).trim()] ?? 'ERROR';
      return [answer === 'ERROR' ? '\r\nERROR\r\n' : `\r\n${answer}\r\n\r\nOK\r\n`];
    },
  });
  const door: Pick<ModemDoor, 'openAt'> = { openAt: async () => ok(pipe) };
  const taken = await takeSnapshot(door as ModemDoor, { usbId: '2c7c:0125', interfaceCount: 5 });
  return { taken, pipe };
}

describe('a snapshot', () => {
  it('is what the modem answers, without the addresses of this attach', async () => {
    expect((await snapshotOf()).taken).toEqual({ ok: true, value: good });
  });

  it('holds no identity: that there is an IMEI, never which', async () => {
    const { taken } = await snapshotOf();
    expect(JSON.stringify(taken)).not.toContain('490154203237518');
    expect(Object.keys(snapshotSchema.shape)).toEqual(Object.keys(good));
  });

  it('is taken of a modem that knows none of the questions, too', async () => {
    const { taken } = await snapshotOf(Object.fromEntries(Object.keys(ANSWERS).map((key) => [key, 'ERROR'])));
    expect(taken).toEqual({
      ok: true,
      value: {
        ...good,
        usbNetMode: null,
        functionality: null,
        sim: null,
        registration: 'none',
        contexts: [],
        attached: false,
        mbnAutoSelect: null,
        imeiPresent: false,
        mbnSelected: null,
        roamService: null,
        usbConfiguration: null,
      },
    });
  });

  it.each([
    ['+CEREG: 0,1', '+CREG: 0,1', 'home'],
    ['+CEREG: 0,5', '+CREG: 0,1', 'home'],
    ['+CEREG: 0,5', '+CREG: 0,0', 'roaming'],
    ['+CEREG: 2,5,"1F2E","01A2B3C4",7', 'ERROR', 'roaming'],
    ['+CEREG: 0,2', '+CREG: 0,3', 'none'],
    ['+CEREG: 0,15', '+CREG: 0,11', 'none'],
  ])('of %s and %s is registered: %s', async (eps, circuit, registration) => {
    const { taken } = await snapshotOf({ 'AT+CEREG?': eps, 'AT+CREG?': circuit });
    expect(taken).toMatchObject({ ok: true, value: { registration } });
  });

  it('closes the port, also when the modem goes while it is asked', async () => {
    const { pipe } = await snapshotOf();
    expect(pipe.isClosed()).toBe(true);
    const gone = scriptedPipe({ takesUntil: 3, answers: () => ['\r\nOK\r\n'] });
    const door: Pick<ModemDoor, 'openAt'> = { openAt: async () => ok(gone) };
    const taken = await takeSnapshot(door as ModemDoor, { usbId: '2c7c:0125', interfaceCount: 5 });
    expect(taken).toEqual({ ok: false, failure: { reason: 'modem-disconnected' } });
    expect(gone.isClosed()).toBe(true);
  });
});

describe('worse than before', () => {
  it.each([
    ['another USB layout', { usbId: '2c7c:0306' }, 'usbId'],
    ['fewer interfaces', { interfaceCount: 4 }, 'interfaceCount'],
    ['more interfaces', { interfaceCount: 6 }, 'interfaceCount'],
    ['another network mode', { usbNetMode: '"usbnet",2' }, 'usbNetMode'],
    ['factory test mode', { functionality: '5' }, 'functionality'],
    ['no functionality', { functionality: null }, 'functionality'],
    ['a SIM that asks for its PIN', { sim: 'SIM PIN' }, 'sim'],
    ['no SIM', { sim: null }, 'sim'],
    ['no registration', { registration: 'none' }, 'registration'],
    ['a lost context', { contexts: ['1,"IPV4V6","internet"'] }, 'contexts'],
    ['another APN', { contexts: ['1,"IPV4V6",""', '2,"IPV4V6","ims"'] }, 'contexts'],
    ['no data', { attached: false }, 'attached'],
    ['no MBN selected', { mbnAutoSelect: '"AutoSel",0' }, 'mbnAutoSelect'],
    ['no IMEI', { imeiPresent: false }, 'imeiPresent'],
  ] as const)('is %s', (_, change, what) => {
    const after = { ...good, ...change } as Snapshot;
    const differences = findWorse(good, after);
    expect(differences.map((difference) => difference.what)).toEqual([what]);
    expect(differences[0]?.before).not.toBe(differences[0]?.after);
  });

  const bad: Snapshot = {
    ...good,
    functionality: '4',
    sim: null,
    registration: 'none',
    contexts: [],
    attached: false,
    imeiPresent: false,
  };
  it.each([
    ['the same', good, good],
    ['the same, bad as it was', bad, bad],
    ['all that is better', bad, good],
    [
      'roaming instead of home: another place, not another firmware',
      good,
      { ...good, registration: 'roaming' as const },
    ],
    ['contexts in another order', good, { ...good, contexts: good.contexts.toReversed() }],
    ['another context', good, { ...good, contexts: [...good.contexts, '3,"IP","sos"'] }],
  ])('is not %s', (_, before, after) => {
    expect(findWorse(before, after)).toEqual([]);
  });

  it('names everything that is worse, with what it was', () => {
    expect(findWorse(good, bad)).toContainEqual({
      what: 'contexts',
      before: '1,"IPV4V6","internet" | 2,"IPV4V6","ims"',
      after: '',
    });
    expect(findWorse(good, bad)).toHaveLength(6);
  });
});
