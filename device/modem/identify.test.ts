import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../shared/bytes.ts';
import { err, ok } from '../../shared/result.ts';
import type { ModemDoor, ModemState } from '../transport/door.ts';
import { type ScriptedPipe, scriptedPipe } from '../transport/scripted-pipe.ts';
import { encodeHdlc } from './hdlc.ts';
import { identify } from './identify.ts';
import { VERSION_ATTEMPTS_MAX } from './limits.ts';

const SHORT = 'EC25EUGAR06A05M4G';
const WHOLE = `${SHORT}_01.003.01.003`;

type Modem = {
  readonly state?: ModemState;
  readonly maker?: string;
  readonly diag?: string;
  /** What the n-th AT+QGMR is answered with; null is ERROR. */
  readonly qgmr?: (n: number) => string | null;
  readonly cgmr?: string;
  /** Lines of ATI, and the line of AT+CGMM; null is ERROR. */
  readonly ati?: string | null;
  readonly cgmm?: string | null;
};

function doorOf({
  state = 'normal',
  maker = 'Quectel',
  diag = SHORT,
  qgmr = () => WHOLE,
  cgmr = SHORT,
  ati = `Quectel\r\nEC25\r\nRevision: ${SHORT}`,
  cgmm = 'EC25',
}: Modem) {
  let asked = 0;
  const diagPipe = scriptedPipe({
    answers: () => [encodeHdlc(concatBytes([Uint8Array.of(0x7c, 2), new Uint8Array(10), utf8(`${diag}\0`)]))],
  });
  const said = (line: string | null) => [line === null ? '\r\nERROR\r\n' : `\r\n${line}\r\n\r\nOK\r\n`];
  const atPipe = scriptedPipe({
    answers: (sent) => {
      const command = new TextDecoder().decode(sent).trim();
      if (command === 'ATE0') return ['\r\nOK\r\n'];
      if (command === 'AT+CGMI') return said(maker);
      if (command === 'ATI') return said(ati);
      if (command === 'AT+CGMM') return said(cgmm);
      if (command === 'AT+QGMR') return said(qgmr(asked++));
      return said(command === 'AT+CGMR' ? `Revision: ${cgmr}` : null);
    },
  });
  const door: ModemDoor = {
    key: 'k',
    where: 'scripted',
    onBus: null,
    open: async () => ok({ usbId: '2c7c:0125', interfaceCount: 5, state, pipe: diagPipe }),
    openAt: async () => ok(atPipe),
  };
  return { door, diagPipe, atPipe, asked: () => asked };
}

const slept: number[] = [];
const patience = {
  clock: { nowMs: () => 0, elapsedMs: () => 0, sleep: async (ms: number) => void slept.push(ms) },
  timings: { versionRetryMs: 1000 },
};
const closed = (...pipes: readonly ScriptedPipe[]) => pipes.map((pipe) => pipe.isClosed());

describe('which modem this is', () => {
  it('is what AT and DIAG say alike; both are let go of, and no identity is asked for', async () => {
    const { door, diagPipe, atPipe } = doorOf({});
    expect(await identify(door, patience)).toMatchObject({
      ok: true,
      value: { vendor: 'quectel', model: 'quectel/ec25euga-m4g', version: { text: WHOLE } },
    });
    expect(closed(diagPipe, atPipe)).toEqual([true, true]);
    expect(atPipe.sentText()).not.toMatch(/CGSN|CIMI|CCID/);
  });

  it.each([
    ['another release', 'EC25EUGAR06A04M4G'],
    ['another variant', 'EC25EUXGAR06A05M4G'],
  ])('stops where DIAG says %s', async (_, diag) => {
    const { door, diagPipe, atPipe } = doorOf({ diag });
    expect(await identify(door, patience)).toEqual({
      ok: false,
      failure: { reason: 'at-and-diag-disagree', at: WHOLE, diag },
    });
    expect(closed(diagPipe, atPipe)).toEqual([true, true]);
  });

  it('stops where DIAG names no version, and says so', async () => {
    expect(await identify(doorOf({ diag: '' }).door, patience)).toEqual({
      ok: false,
      failure: { reason: 'diag-names-no-version', at: WHOLE },
    });
  });

  it.each([
    ['ATI', { ati: `Quectel\r\nEG06-E\r\nRevision: ${SHORT}` }, 'EG06-E'],
    ['ATI without the maker', { ati: 'EG06' }, 'EG06'],
    ['AT+CGMM', { cgmm: 'EC21' }, 'EC21'],
    ['AT+CGMM, where ATI is unknown', { ati: null, cgmm: 'RM500Q-GL' }, 'RM500Q-GL'],
  ])('stops where %s names another product than the version', async (command, modem, productName) => {
    const { door, atPipe } = doorOf(modem);
    expect(await identify(door, patience)).toEqual({
      ok: false,
      failure: {
        reason: 'product-name-contradicts-version',
        command: command.split(/[ ,]/)[0],
        productName,
        version: WHOLE,
      },
    });
    expect(atPipe.isClosed()).toBe(true);
  });

  it.each([
    ['neither command', { ati: null, cgmm: null }],
    ['names in words', { ati: 'Quectel\r\nLTE Module', cgmm: 'LTE Module' }],
    ['nothing but the maker and the revision', { ati: `Quectel\r\nRevision: ${SHORT}`, cgmm: null }],
  ])('goes on with %s: unknown is no contradiction', async (_, modem) => {
    expect(await identify(doorOf(modem).door, patience)).toMatchObject({ ok: true });
  });

  it('is asked again while the application side has not started, a second apart', async () => {
    const { door, asked } = doorOf({ qgmr: (n) => (n < 3 ? `${SHORT}_01.016.00.000` : WHOLE) });
    slept.length = 0;
    expect(await identify(door, patience)).toMatchObject({ ok: true, value: { version: { text: WHOLE } } });
    expect(asked()).toBe(4);
    expect(slept).toEqual([1000, 1000, 1000]);
  });

  it('is not waited for without end, and never taken from the placeholder', async () => {
    const { door, asked } = doorOf({ qgmr: () => `${SHORT}_01.016.00.000` });
    expect(await identify(door, patience)).toMatchObject({
      ok: false,
      failure: { reason: 'modem-not-ready' },
    });
    expect(asked()).toBe(VERSION_ATTEMPTS_MAX);
  });

  it('is asked by AT+CGMR where AT+QGMR is not known', async () => {
    const { door } = doorOf({ qgmr: () => null });
    expect(await identify(door, patience)).toMatchObject({ ok: true, value: { version: { text: SHORT } } });
  });

  it.each([
    ['another maker', { maker: 'SIMCOM INCORPORATED' }, { reason: 'vendor-not-supported' }],
    ['a version that is none', { qgmr: () => 'FACTORY-TEST' }, { reason: 'modem-version-unreadable' }],
    ['EDL', { state: 'edl' }, { reason: 'modem-not-in-normal-mode', state: 'edl' }],
    ['a crash', { state: 'ram-dump' }, { reason: 'modem-not-in-normal-mode', state: 'ram-dump' }],
    [
      'no Qualcomm chip',
      { state: 'not-qualcomm' },
      { reason: 'modem-not-in-normal-mode', state: 'not-qualcomm' },
    ],
  ] as const)('is refused with %s', async (_, modem, failure) => {
    const { door, diagPipe } = doorOf(modem);
    expect(await identify(door, patience)).toMatchObject({ ok: false, failure });
    expect(diagPipe.isClosed()).toBe(true);
  });

  it('is not known of a modem that is not there', async () => {
    const { door } = doorOf({});
    const absent = { ...door, open: async () => err({ reason: 'modem-absent', where: 'x' } as const) };
    expect(await identify(absent, patience)).toMatchObject({ failure: { reason: 'modem-absent' } });
  });
});
