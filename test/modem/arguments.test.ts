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
      'EDL where normal mode is, at its own speed',
      ['--busid', '3-1.4', '--speed', 'super'],
      { busid: '3-1.4', speed: 'super' },
      { busid: '3-1.4', speed: 'high' },
    ],
  ])('puts %s', (_what, more, normal, edl) => {
    expect(parseModemArguments([...version, '--usbip', '0', ...more])).toMatchObject({
      ok: true,
      value: { usbip: { port: 0, normal, edl } },
    });
  });

  it.each([
    ['EC25EUGAR06A05M4G', 'MDM9607', 'high', 'high'],
    ['RM500QGLAAR11A03M4G', 'SDX55', 'super', 'high'],
    ['RG650VEUAAR01A01M4G', 'SDX7X', 'super', 'super'],
  ])('knows by %s which module it is, and how fast', (firmware, chip, normal, edl) => {
    expect(parseModemArguments(['--version', firmware, '--usbip', '0'])).toMatchObject({
      ok: true,
      value: { firmware, model: { chip }, usbip: { normal: { speed: normal }, edl: { speed: edl } } },
    });
  });

  it('hands on bad blocks, the state it is found in and how documents travel', () => {
    const more = [
      '--bad-blocks',
      '40,41',
      '--start-in',
      'fastboot',
      '--documents',
      'cut',
      '--sahara-bits',
      '64',
    ];
    expect(parseModemArguments([...version, ...more])).toMatchObject({
      ok: true,
      value: {
        badBlocks: [40, 41],
        startIn: 'fastboot',
        framing: 'cut',
        model: { sahara: { asksIn64Bit: true } },
      },
    });
  });

  it.each([
    ['no version', []],
    ['a version of a module that is not here', ['--version', 'EC200UCNAAR01A01M4G']],
    ['bad blocks that are no numbers', [...version, '--bad-blocks', '4,x']],
    ['a state it cannot be found in', [...version, '--start-in', 'love']],
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
