import { describe, expect, it } from 'vitest';
import { type ModemUpdaterOptions, meaningOf } from './modem-updater-words.ts';

const VERSION = 'EC25EUGAR08A03M4G_01.200.01.200';
const NOTHING = { list: false, search: false, skipValidation: false, legacy: false };
const socketOf = (number: number) => (number === 2 ? '1-1.4' : null);
const mean = (options: Partial<ModemUpdaterOptions>, inEdl: readonly (string | null)[] = []) =>
  meaningOf({ ...NOTHING, ...options }, { socketOf, isInEdl: (modem) => inEdl.includes(modem) });

describe('a command line of modem_updater', () => {
  it.each<[string, Partial<ModemUpdaterOptions>, string[]]>([
    [
      '-i 1-1.4 -v V',
      { usbId: '1-1.4', version: VERSION },
      [`update --version ${VERSION} --modem usb:1-1.4`],
    ],
    ['-n 2 -v V', { number: 2, version: VERSION }, [`update --version ${VERSION} --modem usb:1-1.4`]],
    [
      '-t ttyUSB0 -v V',
      { tty: 'ttyUSB0', version: VERSION },
      [`update --version ${VERSION} --modem serial:/dev/ttyUSB0`],
    ],
    ['-v V', { version: VERSION }, [`update --version ${VERSION}`]],
    ['-i 3-1 -p PATH', { usbId: '3-1', path: '/mnt/fw' }, ['flash /mnt/fw --modem usb:3-1']],
    ['-g', { list: true }, ['devices --all', 'check']],
    ['-g -i 1-1.4', { list: true, usbId: '1-1.4' }, ['devices --all', 'check --modem usb:1-1.4']],
    ['-s', { search: true }, ['devices --all']],
  ])('%s is the same, done safely', (_, options, commands) => {
    const meaning = mean(options);
    expect(meaning.ok && meaning.value.commands.map((words) => words.join(' '))).toEqual(commands);
    expect(meaning.ok && meaning.value.notes).toEqual([]);
  });

  it('with -f is carried out with every check, and says so', () => {
    const meaning = mean({
      skipValidation: true,
      version: VERSION,
      number: 0,
      device: 'Quectel',
      usbId: '1-1.4',
    });
    expect(meaning).toMatchObject({
      ok: true,
      value: { commands: [['update', '--version', VERSION, '--modem', 'usb:1-1.4']] },
    });
    expect(meaning.ok && meaning.value.notes.join()).toContain('not obeyed');
  });

  it.each<[string, Partial<ModemUpdaterOptions>, string]>([
    [
      '-v V',
      { version: VERSION, usbId: '1-1.4' },
      `rescue --model quectel/ec25euga-m4g --version ${VERSION} --modem usb:1-1.4`,
    ],
    ['-p PATH', { path: '/mnt/fw', number: 2 }, 'rescue /mnt/fw --modem usb:1-1.4'],
    ['-p PATH, of the only modem,', { path: '/mnt/fw' }, 'rescue /mnt/fw'],
  ])('with -f and %s rescues a modem in emergency download mode', (_, options, command) => {
    const forced = mean({ ...options, skipValidation: true }, ['usb:1-1.4', null]);
    expect(forced.ok && forced.value.commands.map((words) => words.join(' '))).toEqual([command]);
    expect(forced.ok && forced.value.notes.join()).toContain('on its label');
    const unforced = mean(options, ['usb:1-1.4', null]);
    expect(unforced.ok && unforced.value.commands[0]?.[0]).not.toBe('rescue');
    const elsewhere = mean({ ...options, skipValidation: true }, ['usb:1-1.3']);
    expect(elsewhere.ok && elsewhere.value.commands[0]?.[0]).not.toBe('rescue');
  });

  it('with -f and a version of no module names both to a modem in emergency download mode', () => {
    const meaning = mean({ version: 'latest', usbId: '1-1.4', skipValidation: true }, ['usb:1-1.4']);
    expect(meaning).toMatchObject({ ok: false, failure: { because: 'unclear' } });
  });

  it.each<[string, Partial<ModemUpdaterOptions>, string, string]>([
    ['-l', { legacy: true, version: VERSION }, 'unsafe', 'Leave -l out'],
    ['-d QuectelUNISOC', { device: 'QuectelUNISOC', version: VERSION }, 'unsafe', '-d Quectel'],
    ['-v and -p', { version: VERSION, path: '/mnt' }, 'unclear', '--help'],
    ['neither -v nor -p', { usbId: '1-1.4' }, 'unclear', '--help'],
    ['-i of an old version', { usbId: '2', version: VERSION }, 'unclear', '-n'],
    ['-n of a modem that the router does not know', { number: 7, version: VERSION }, 'unclear', '-i 1-1.4'],
  ])('%s is refused, with the way to go', (_, options, because, next) => {
    const meaning = mean(options);
    expect(meaning).toMatchObject({ ok: false, failure: { because } });
    expect(!meaning.ok && meaning.failure.next).toContain(next);
  });
});
