import { describe, expect, it } from 'vitest';
import { RESTORABLE, restorationsOf } from './restorations.ts';
import type { Snapshot } from './snapshot.ts';

const before: Snapshot = {
  usbId: '2c7c:0125',
  interfaceCount: 5,
  usbNetMode: '"usbnet",0',
  functionality: '1',
  sim: 'READY',
  registration: 'home',
  contexts: ['1,"IPV4V6","internet"', '2,"IPV4V6","ims"'],
  attached: true,
  mbnAutoSelect: '"AutoSel",0',
  imeiPresent: true,
  mbnSelected: '"Select","ROW_Generic_3GPP"',
  roamService: '"roamservice",2',
  roamPreference: '"roam_pref",255',
  usbConfiguration: '"usbcfg",0x2C7C,0x0125,1,1,1,1,1,0,0',
};
const commands = (after: Partial<Snapshot>, changed: Partial<Snapshot> = {}) =>
  restorationsOf({ ...before, ...changed }, { ...before, ...changed, ...after }).flatMap(
    (each) => each.commands,
  );

describe('what AT commands put back', () => {
  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    ['a lost APN', { contexts: ['2,"IPV4V6","ims"'] }, ['AT+CGDCONT=1,"IPV4V6","internet"']],
    [
      'changed contexts',
      { contexts: ['1,"IP",""'] },
      ['AT+CGDCONT=1,"IPV4V6","internet"', 'AT+CGDCONT=2,"IPV4V6","ims"'],
    ],
    ['a USB mode', { usbNetMode: '"usbnet",2' }, ['AT+QCFG="usbnet",0']],
    ['lost interfaces', { interfaceCount: 4 }, ['AT+QCFG="usbcfg",0x2C7C,0x0125,1,1,1,1,1,0,0']],
    ['MBN selection by itself', { mbnAutoSelect: '"AutoSel",1' }, ['AT+QMBNCFG="AutoSel",0']],
    ['no MBN selected', { mbnSelected: null }, ['AT+QMBNCFG="Select","ROW_Generic_3GPP"']],
    ['roaming that is off', { roamService: '"roamservice",1' }, ['AT+QCFG="roamservice",2,1']],
    ['roaming of a 5G module', { roamPreference: '"roam_pref",1' }, ['AT+QNWPREFCFG="roam_pref",255']],
    ['a radio that is off', { functionality: '4' }, ['AT+CFUN=1']],
    ['no attach', { attached: false }, ['AT+CGATT=1']],
    ['factory test mode', { functionality: '5' }, []],
    ['no SIM, no registration, no IMEI', { sim: null, registration: 'none', imeiPresent: false }, []],
    ['nothing', {}, []],
  ])('after an update that left %s', (_, after, expected) => {
    expect(commands(after)).toEqual(expected);
  });

  it('leaves a selection alone that the modem makes by its SIM', () => {
    const itself = { mbnAutoSelect: '"AutoSel",1' };
    expect(commands({ mbnSelected: '"Select","OpenMkt-Commercial-CT"' }, itself)).toEqual([]);
    expect(commands({ mbnSelected: null }, itself)).toHaveLength(1);
  });

  it.each<[string, Partial<Snapshot>, Partial<Snapshot>]>([
    ['a second command', { contexts: ['1,"IP","a";+CFUN=0'] }, { contexts: [] }],
    ['a quote', { contexts: ['1,"IP","a"b"'] }, { contexts: [] }],
    ['another form', { usbNetMode: 'usbnet: 0' }, { usbNetMode: '"usbnet",2' }],
    ['a line end', { mbnSelected: '"Select","A\r\nATD1"' }, { mbnSelected: null }],
  ])('never sends an answer that held %s', (_, changed, after) => {
    expect(commands(after, changed)).toEqual([]);
  });

  it('does first what needs a restart, because that may change the rest', () => {
    const after = { contexts: [], mbnSelected: null, roamService: '"roamservice",1' };
    const restarts = restorationsOf(before, { ...before, ...after }).map(({ needsRestart }) => needsRestart);
    expect(restarts).toEqual([true, false, false]);
  });

  it('offers exactly what it can do', () => {
    const worst: Snapshot = {
      ...before,
      usbId: '2c7c:0121',
      interfaceCount: 4,
      usbNetMode: '"usbnet",2',
      functionality: '4',
      sim: null,
      registration: 'none',
      contexts: [],
      attached: false,
      mbnAutoSelect: '"AutoSel",1',
      imeiPresent: false,
      mbnSelected: null,
      roamService: '"roamservice",1',
      roamPreference: '"roam_pref",1',
    };
    expect(new Set(restorationsOf(before, worst).map(({ what }) => what))).toEqual(RESTORABLE);
  });
});
