import { describe, expect, it } from 'vitest';
import type { PreflightFacts } from './facts.ts';
import { preflight, refusals, routeIsThroughModem } from './preflight.ts';

const QUIET: PreflightFacts = {
  modemNetDevices: ['wwan0'],
  modemNodes: [],
  modemPath: '/sys/devices/usb1/1-1',
  isUplinkWanted: true,
  routeDevice: 'eth0',
  routeBeneath: ['eth0'],
  isRouteOnHardware: true,
  holders: [],
  otherUpdaters: [],
  power: { supplies: [], undervoltage: [] },
  packageOutlivesReboot: false,
};
const facts = (changes: Partial<PreflightFacts>): PreflightFacts => ({ ...QUIET, ...changes });
const unknown = { routeDevice: null, routeBeneath: [], isRouteOnHardware: false };
const vpn = { routeDevice: 'wg0', routeBeneath: ['wg0'], isRouteOnHardware: false };
const through = { routeDevice: 'wwan0', routeBeneath: ['wwan0'] };
const battery = (percent: number | null, changes: object = {}) => ({
  name: 'BAT0',
  type: 'battery' as const,
  online: null,
  discharging: true,
  percent,
  ...changes,
});
const mains = (online: boolean | null) => ({
  name: 'AC',
  type: 'mains' as const,
  online,
  discharging: null,
  percent: null,
});
const power = (...supplies: PreflightFacts['power']['supplies']) => ({
  power: { supplies, undervoltage: [] },
});
const pppd = { pid: 7, name: 'pppd', nodes: ['/dev/ttyUSB3'] };

describe('preflight', () => {
  it('has nothing to say of a quiet machine with an uplink of its own', () => {
    expect(preflight(QUIET)).toEqual([]);
  });

  it.each<[string, Partial<PreflightFacts>, string, 'refuse' | 'note', RegExp]>([
    [
      'the only way to the repository leads through the modem',
      through,
      'uplink',
      'refuse',
      /package lies in memory/,
    ],
    [
      'it does, but the package survives a reboot',
      { ...through, packageOutlivesReboot: true },
      'uplink',
      'note',
      /this very modem\.$/,
    ],
    [
      'no route is known',
      unknown,
      'uplink',
      'refuse',
      /No route .* only uplink, and the package lies in memory/,
    ],
    [
      'no route is known, but the package survives a reboot',
      { ...unknown, packageOutlivesReboot: true },
      'uplink',
      'note',
      /may be the only uplink\.$/,
    ],
    ['a VPN leads there', vpn, 'uplink', 'refuse', /\(wg0\) stands on cannot be told/],
    [
      'a VPN leads there, but the package survives a reboot',
      { ...vpn, packageOutlivesReboot: true },
      'uplink',
      'note',
      /\(wg0\) stands on cannot be told/,
    ],
    [
      'a VLAN stands on the modem',
      { routeDevice: 'mux1', routeBeneath: ['mux1', 'wwan0'] },
      'uplink',
      'refuse',
      /mux1/,
    ],
    [
      'the voltage is low',
      { power: { supplies: [], undervoltage: ['rpi_volt'] } },
      'power',
      'refuse',
      /too low right now \(rpi_volt\)/,
    ],
    ['an almost empty battery', power(battery(20)), 'power', 'refuse', /holds 20 %/],
    ['a battery that does not say its charge', power(battery(null)), 'power', 'refuse', /not known/],
    [
      'a full battery, mains away',
      power(mains(false), battery(90, { discharging: null })),
      'power',
      'note',
      /holds 90 %/,
    ],
    [
      'a program on the AT port',
      { holders: [{ pid: 9, name: 'gsmd', nodes: ['/dev/ttyUSB2'] }] },
      'port-holders',
      'refuse',
      /gsmd \(process 9\) holds \/dev\/ttyUSB2/,
    ],
    [
      'another updater',
      { otherUpdaters: [{ pid: 8, names: ['sh', 'modem_updater'] }] },
      'other-updaters',
      'refuse',
      /modem_updater \(process 8\)/,
    ],
  ])('says when %s', (_, changes, check, severity, what) => {
    expect(preflight(facts(changes))).toMatchObject([{ check, severity, what: expect.stringMatching(what) }]);
  });

  it.each<[string, Partial<PreflightFacts>]>([
    ['a battery that is charged from the mains', power(mains(true), battery(5, { discharging: false }))],
    ['a battery that is full and no mains to be seen', power(battery(100, { discharging: false }))],
    ['mains alone', power(mains(null))],
    ['a VPN beside a modem that carries nothing', { ...vpn, modemNetDevices: [] }],
  ])('is content with %s', (_, changes) => {
    expect(preflight(facts(changes))).toEqual([]);
  });

  it.each<[Partial<PreflightFacts>, boolean | null]>([
    [{ routeDevice: 'ppp0', routeBeneath: ['ppp0'], holders: [pppd] }, true],
    [{ routeDevice: 'ppp0', routeBeneath: ['ppp0'] }, false],
    [{ routeDevice: 'eth0', routeBeneath: ['eth0'], holders: [pppd] }, false],
    [{ routeDevice: 'pppoe-wan', routeBeneath: ['pppoe-wan'], isRouteOnHardware: false }, false],
    [{ routeDevice: '3g-wwan', routeBeneath: ['3g-wwan'], isRouteOnHardware: false, holders: [pppd] }, true],
    [vpn, null],
    [{ ...vpn, modemNetDevices: [] }, false],
    [{ ...vpn, modemNetDevices: [], holders: [pppd] }, null],
    [unknown, null],
  ])('tells %j through the modem: %s', (changes, isThrough) => {
    expect(routeIsThroughModem(facts(changes))).toBe(isThrough);
  });

  it('lets a person override what is theirs to risk, and nothing else', () => {
    expect(refusals(preflight(facts(vpn)), ['uplink'])).toEqual([]);
    const findings = preflight(facts({ ...through, otherUpdaters: [{ pid: 8, names: ['qdl'] }] }));
    expect(refusals(findings, []).map(({ check }) => check)).toEqual(['uplink', 'other-updaters']);
    expect(refusals(findings, ['uplink', 'other-updaters']).map(({ check }) => check)).toEqual([
      'other-updaters',
    ]);
  });
});
