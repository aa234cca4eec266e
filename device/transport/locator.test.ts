import { describe, expect, it } from 'vitest';
import { parseLocator } from './locator.ts';

describe('a locator', () => {
  it.each([
    ['auto', { transport: 'usb', path: null }],
    ['usb:', { transport: 'usb', path: null }],
    ['usb:1-1.4', { transport: 'usb', path: '1-1.4' }],
    ['serial:/dev/ttyUSB0', { transport: 'serial', tty: '/dev/ttyUSB0', at: null }],
    ['serial:/dev/ttyUSB0?at=/dev/ttyUSB2', { transport: 'serial', tty: '/dev/ttyUSB0', at: '/dev/ttyUSB2' }],
    [
      'serial:/dev/serial/by-id/usb-Quectel_EG25-G_1-if00-port0',
      { transport: 'serial', tty: '/dev/serial/by-id/usb-Quectel_EG25-G_1-if00-port0', at: null },
    ],
    ['serial:2-1.4', { transport: 'serial', path: '2-1.4' }],
    [
      'tcp://router.example:9008?at=9007',
      {
        transport: 'tcp',
        usb: { host: 'router.example', port: 9008 },
        at: { host: 'router.example', port: 9007 },
      },
    ],
    [
      'tcp://router.example:9008',
      { transport: 'tcp', usb: { host: 'router.example', port: 9008 }, at: null },
    ],
    [
      'raw-tcp://192.0.2.1:2000?at=2002',
      {
        transport: 'raw-tcp',
        usb: { host: '192.0.2.1', port: 2000 },
        at: { host: '192.0.2.1', port: 2002 },
      },
    ],
    [
      'tcp://[fd00::1]:9008?at=9007',
      { transport: 'tcp', usb: { host: 'fd00::1', port: 9008 }, at: { host: 'fd00::1', port: 9007 } },
    ],
  ])('%s is taken apart', (locator, value) => {
    expect(parseLocator(locator)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'not a URL'],
    ['/dev/ttyUSB0', 'not a URL'],
    ['1-1.4', 'not a URL'],
    ['usb:ttyUSB0', 'usb:1-1.4'],
    ['usb:1-1.4?at=2', 'usb:1-1.4'],
    ['usb:../1-1', 'usb:1-1.4'],
    ['serial:ttyUSB0', 'serial:/dev/ttyUSB0'],
    ['serial:/dev/../etc/passwd', 'serial:/dev/ttyUSB0'],
    ['serial:/etc/passwd', 'serial:/dev/ttyUSB0'],
    ['serial:/dev/ttyUSB0?at=ttyUSB2', 'serial:/dev/ttyUSB0'],
    ['serial:/dev/ttyUSB0?baud=115200', 'baud'],
    ['http://127.0.0.1:9008?at=9007', 'http:'],
    ['tcp://127.0.0.1?at=9007', 'host and port'],
    ['tcp://:9008?at=9007', 'not a URL'],
    ['raw-tcp://127.0.0.1:2000', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=0', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=65536', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=9007.5', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=tty', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=9007&baud=115200', 'baud'],
    ['tcp://127.0.0.1:90080?at=9007', 'not a URL'],
    [`usb:1-1${'.1'.repeat(200)}`, 'too long'],
  ])('%j is refused, and says why', (locator, why) => {
    const parsed = parseLocator(locator);
    expect(parsed).toMatchObject({ ok: false, failure: { reason: 'locator-unreadable' } });
    expect(!parsed.ok && parsed.failure.why).toContain(why);
  });
});
