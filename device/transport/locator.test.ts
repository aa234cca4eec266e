import { describe, expect, it } from 'vitest';
import { LOCATOR_EXAMPLE, parseLocator } from './locator.ts';

describe('a locator', () => {
  it.each([
    [LOCATOR_EXAMPLE, 'tcp-127.0.0.1-9008', 'tcp://127.0.0.1:9008?at=9007'],
    ['tcp://router.example:9008?at=9007', 'tcp-router.example-9008', 'tcp://router.example:9008?at=9007'],
    ['tcp://[fd00::1]:9008?at=9007', 'tcp-fd00__1-9008', 'tcp://fd00::1:9008?at=9007'],
  ])('%s names a modem by %s', (locator, key, where) => {
    expect(parseLocator(locator)).toMatchObject({ ok: true, value: { key, where } });
  });

  it('gives a key that is safe as a file name, whatever the host', () => {
    expect(parseLocator('tcp://a%2F..%2Fb:9008?at=9007')).toMatchObject({
      ok: true,
      value: { key: 'tcp-a_2F.._2Fb-9008' },
    });
  });

  it.each([
    ['', 'not a URL'],
    ['/dev/ttyUSB0', 'not a URL'],
    ['1-1.4', 'not a URL'],
    ['usb:1-1.4', 'usb:'],
    ['http://127.0.0.1:9008?at=9007', 'http:'],
    ['tcp://127.0.0.1?at=9007', 'host and port'],
    ['tcp://:9008?at=9007', 'not a URL'],
    ['tcp://127.0.0.1:9008', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=0', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=65536', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=9007.5', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=tty', 'AT stream'],
    ['tcp://127.0.0.1:9008?at=9007&baud=115200', 'baud'],
    ['tcp://127.0.0.1:90080?at=9007', 'not a URL'],
  ])('%j is refused, and says why', (locator, why) => {
    const parsed = parseLocator(locator);
    expect(parsed).toMatchObject({ ok: false, failure: { reason: 'locator-unreadable', locator } });
    expect(!parsed.ok && parsed.failure.why).toContain(why);
  });
});
