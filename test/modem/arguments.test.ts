import { describe, expect, it } from 'vitest';
import { parseModemArguments } from './arguments.ts';

const version = ['--version', 'EC25EUGAR06A05M4G_01.003.01.003'];

describe('the command line of the modem process', () => {
  it('has no USB/IP server unless one is asked for', () => {
    expect(parseModemArguments(version)).toMatchObject({ ok: true, value: { usbip: undefined } });
  });

  it.each([
    [
      'everything in one place by default',
      [],
      { busid: '1-1', speed: 'high' },
      { busid: '1-1', speed: 'high' },
    ],
    [
      'EDL in its own',
      ['--edl-busid', '2-1', '--edl-speed', 'super'],
      { busid: '1-1', speed: 'high' },
      { busid: '2-1', speed: 'super' },
    ],
    [
      'EDL where normal mode is',
      ['--busid', '3-1.4', '--speed', 'super'],
      { busid: '3-1.4', speed: 'super' },
      { busid: '3-1.4', speed: 'super' },
    ],
  ])('puts %s', (_what, more, normal, edl) => {
    expect(parseModemArguments([...version, '--usbip', '0', ...more])).toMatchObject({
      ok: true,
      value: { usbip: { port: 0, normal, edl } },
    });
  });

  it.each([
    ['no version', []],
    ['an unknown option', [...version, '--frobnicate']],
    ['a port that is none', [...version, '--usbip', '65536']],
    ['a speed that is none', [...version, '--edl-speed', 'full']],
    ['a bus id that is none', [...version, '--busid', '1.1']],
    ['a fault that is no JSON', [...version, '--fault', '{']],
  ])('refuses %s', (_what, args) => {
    expect(parseModemArguments(args)).toMatchObject({ ok: false, failure: { reason: 'usage' } });
  });

  it('asks for help with either form', () => {
    for (const form of ['--help', '-h'])
      expect(parseModemArguments([form])).toEqual({ ok: true, value: 'help' });
  });
});
