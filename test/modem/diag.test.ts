import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc16X25, encodeHdlc, HdlcDecoder } from './hdlc.ts';
import type { UsbLink } from './link.ts';
import { SimulatedModem } from './modem.ts';
import { drain, openUsb, receive, send } from './test-host.ts';

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');

describe('HDLC', () => {
  it('computes the published check value and the CRCs of the two known requests', () => {
    expect(crc16X25(Buffer.from('123456789'))).toBe(0x906e);
    expect(crc16X25(hex('7c'))).toBe(0x4993);
    expect(crc16X25(hex('4b650100'))).toBe(0x0f54);
  });

  it('finds every payload again, however its frames are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        (payloads, cutBytes) => {
          const stream = Buffer.concat(payloads.map(encodeHdlc));
          const decoder = new HdlcDecoder({ maxFrameBytes: 100 });
          const found: Uint8Array[] = [];
          for (let at = 0; at < stream.length; at += cutBytes) {
            found.push(...decoder.push(stream.subarray(at, at + cutBytes)));
          }
          expect(found.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]));
        },
      ),
    );
  });

  it('drops frames that are too long and finds the next', () => {
    const decoder = new HdlcDecoder({ maxFrameBytes: 20 });
    expect(decoder.push(encodeHdlc(new Uint8Array(500)))).toEqual([]);
    expect(decoder.push(encodeHdlc(hex('7c')))).toEqual([hex('7c')].map((bytes) => Uint8Array.from(bytes)));
  });
});

describe('DIAG', () => {
  let modem: SimulatedModem;
  let link: UsbLink;

  beforeEach(() => {
    modem = new SimulatedModem({ firmware: 'EC25EUGAR08A03M4G_01.200.01.200' });
    link = openUsb(modem);
  });
  afterEach(() => modem.close());

  const ask = async (request: string): Promise<string> => {
    await send(link, hex(request));
    return Buffer.concat(await drain(link)).toString('hex');
  };

  it('is the module in normal mode on the bus', () => {
    expect(link).toMatchObject({ vendorId: 0x2c7c, productId: 0x0125, interfaceCount: 5 });
  });

  it('reports the version without its custom part, at byte 12', async () => {
    const answer = hex(await ask('7e7c93497e'));
    expect(Buffer.from(answer.subarray(12)).toString('latin1')).toMatch(/^EC25EUGAR08A03M4G\0/);
  });

  it.each([
    ['an unknown command', '00', '1300'],
    ['another subsystem command', '4b650200', '134b650200'],
    ['a version request with content', '7c00', '157c00'],
    ['an EDL switch with content', '4b65010000', '154b65010000'],
  ])('answers %s with an error that carries the request', async (_what, request, answer) => {
    const framed = Buffer.from(encodeHdlc(hex(request))).toString('hex');
    expect(await ask(framed)).toBe(Buffer.from(encodeHdlc(hex(answer))).toString('hex'));
    expect(modem.state()).toBe('normal');
  });

  it.each([
    ['a wrong CRC', '4b650100550f7e'],
    ['the legacy download request, which is not part of this simulation', '3aa16e'],
  ])('does not answer %s without a valid frame', async (_what, request) => {
    expect(await ask(request)).toBe('');
    expect(modem.state()).toBe('normal');
  });

  it('echoes the EDL switch, leaves the bus and comes back as 05c6:9008', async () => {
    expect(await send(link, hex('4b650100540f7e'))).toBe('ok');
    expect(modem.state()).toBe('normal');
    expect(Buffer.from((await receive(link)) as Uint8Array).toString('hex')).toBe('4b650100540f7e');
    expect(await receive(link)).toBe('gone');
    expect(modem.openUsb()).toMatchObject({ ok: false, failure: { reason: 'not-on-bus' } });
    await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
    expect(openUsb(modem)).toMatchObject({ vendorId: 0x05c6, productId: 0x9008, interfaceCount: 1 });
  });

  it('goes to EDL even when nobody reads the echo', async () => {
    await send(link, hex('4b650100540f7e'));
    expect(await modem.whenState(['edl-sahara'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
  });

  it('lets one host hold it at a time', () => {
    expect(modem.openUsb()).toMatchObject({ ok: false, failure: { reason: 'busy' } });
    link.close();
    expect(modem.openUsb().ok).toBe(true);
  });
});
