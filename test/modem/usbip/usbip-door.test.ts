import { afterEach, describe, expect, it } from 'vitest';
import {
  dial,
  EDL_COMMAND,
  hangUp,
  imported,
  importedInEdl,
  MOMENT_MS,
  modem,
  start,
  twoReplies,
} from './test-usbip.ts';
import type { UsbipClient } from './usbip-client.ts';

afterEach(hangUp);

describe('USB/IP operations', () => {
  it('lists the module with its interfaces', async () => {
    await start();
    const client = dial();
    client.write('0111800500000000');
    expect(await client.hex(12)).toBe('011100050000000000000001');
    const record = Buffer.from((await client.hex(312)) ?? '', 'hex');
    expect(record.toString('latin1', 256, 260)).toBe('1-1\0');
    expect(record.toString('hex', 288)).toBe('0000000100000001000000032c7c01250318000000000105');
    expect(await client.hex(20)).toBe('ffffff00ff000000ff000000ff000000ffffff00');
    await client.hungUp();
  });

  it('lists nothing while the module is off the bus', async () => {
    await start();
    modem.powerOff();
    const client = dial();
    client.write('0111800500000000');
    expect(await client.hex(12)).toBe('011100050000000000000000');
    await client.hungUp();
  });

  it('exports it once, under its bus id, each time with a new device number', async () => {
    await start();
    expect(await dial().import('1-2')).toBe(4);
    const first = dial();
    const record = (await first.import('1-1')) as Buffer;
    expect(record.readUInt32BE(292)).toBe(1);
    expect(await dial().import('1-1')).toBe(2);
    first.close();
    await expect.poll(async () => typeof (await dial().import('1-1'))).toBe('object');
    expect(await dial().import('1-1')).toBe(2);
  });

  it.each([
    ['another version', '0106800500000000'],
    ['an unknown operation', '0111800700000000'],
  ])('hangs up on %s', async (_what, header) => {
    await start();
    const client = dial();
    client.write(header);
    await client.hungUp();
  });

  it.each([
    ['a URB longer than a kernel sends', '0000000100000001000100020000000100000001000000007fffffff'],
    ['a negative length', '000000010000000100010002000000000000000100000000ffffffff'],
    ['an isochronous URB', '0000000100000001000100020000000000000001000000000000000000000000000000010'],
    ['an unknown command', '00000005'],
  ])('hangs up on %s', async (_what, start48) => {
    await start();
    const client = await imported();
    client.write(start48.padEnd(96, '0').slice(0, 96));
    await client.hungUp();
    expect(modem.state()).toBe('normal');
  });
});

describe('USB/IP descriptors', () => {
  it('are those of the normal composition at high speed', async () => {
    await start();
    const client = await imported();
    expect(await client.control('8006000100004000')).toBe('1201000200000040' + '7c2c2501180301020001');
    const configuration = await client.control('800600020000ff00');
    expect(configuration).toMatch(/^0902(....)050100a0fa/);
    expect(Buffer.from(configuration, 'hex').readUInt16LE(2)).toBe(configuration.length / 2);
    expect(configuration).toContain('0904000002ffffff00' + '07058102000200' + '07050102000200');
    expect(configuration).toContain('07058503' + '0a0009' + '07058402000200' + '07050302000200');
    expect(await client.control('800600030000ff00')).toBe('04030904');
    expect(Buffer.from(await client.control('800602030904ff00'), 'hex').toString('utf16le', 2)).toBe(
      'EC25-EU',
    );
    expect(await client.control('8006000f0000ff00')).toBe('status -32');
  });

  it('are those of a real EC25 in EDL', async () => {
    await start();
    const client = await importedInEdl();
    expect(await client.control('8006000100001200')).toBe('12010002000000' + '40c60508900000010200' + '01');
    expect(await client.control('800600020000ff00')).toBe(
      '09022000010100' + '8001' + '0904000002ffffff00' + '07058102000200' + '07050102000200',
    );
  });

  it('carry companions and a binary object store at super speed', async () => {
    await start({}, { edl: { busid: '2-1', speed: 'super' } });
    const client = await importedInEdl('2-1');
    expect(await client.control('8006000100001200')).toMatch(/^1201000300000009/);
    expect(await client.control('800600020000ff00')).toContain('07058102000400' + '063000000000');
    expect(await client.control('8006000f0000ff00')).toMatch(/^050f160002/);
    expect(await client.control('0031280000000000')).toBe('');
  });

  it('ask for no more power at super speed than at high speed', async () => {
    await start({}, { normal: { busid: '1-1', speed: 'super' } });
    expect(await (await imported()).control('800600020000ff00')).toMatch(/^0902....050100a03f/);
  });

  it.each([
    ['a descriptor no longer than asked for', '8006000200000900', /^.{18}$/],
    ['SET_CONFIGURATION 1', '0009010000000000', /^$/],
    ['SET_INTERFACE', '010b000004000000', /^$/],
    ['DTR and RTS', '2122030002000000', /^$/],
    ['CLEAR_FEATURE of a halt', '0201000081000000', /^$/],
    ['GET_STATUS', '8000000000000200', /^0000$/],
    ['a stall for a configuration it lacks', '0009020000000000', /^status -32$/],
    ['a stall for a vendor request', 'c0a1000000000800', /^status -32$/],
  ])('answers %s', async (_what, setup, expected) => {
    await start();
    expect(await (await imported()).control(setup)).toMatch(expected);
  });
});

describe('leaving the bus', () => {
  it('hangs up after the echo of the DIAG command was sent, and comes back as EDL on another bus', async () => {
    await start({ timing: { lingerMs: MOMENT_MS } }, { edl: { busid: '2-1', speed: 'super' } });
    const client = await imported();
    const read = client.submitIn(1, 512);
    client.submitOut(1, EDL_COMMAND);
    expect((await twoReplies(client)).get(read)?.bytes).toEqual(EDL_COMMAND);
    await client.hungUp();
    await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
    expect(await dial().import('1-1')).toBe(4);
    const record = (await dial().import('2-1')) as Buffer;
    expect(record.toString('hex', 296, 304)).toBe('0000000505c69008');
  });

  it('a pulled cable hangs up and exports nothing until it is back, and EDL outlives it', async () => {
    await start();
    const client = await importedInEdl();
    modem.unplug();
    await client.hungUp();
    expect([modem.state(), await dial().import('1-1')]).toEqual(['gone', 4]);
    modem.plug();
    await imported();
    expect(modem.state()).toBe('edl-sahara');
  });

  it('a module that boots with its cable pulled appears when it is put back', async () => {
    await start();
    modem.unplug();
    modem.powerCycle();
    await modem.whenState(['gone'], { timeoutMs: 1000 });
    expect(await dial().import('1-1')).toBe(4);
    modem.plug();
    expect(modem.state()).toBe('normal');
    await imported();
  });

  it('a client that goes in Sahara takes the HELLO along', async () => {
    await start();
    (await importedInEdl()).close();
    let again: UsbipClient | undefined;
    await expect
      .poll(async () => {
        again = await imported().catch(() => undefined);
        return again;
      })
      .toBeDefined();
    if (again === undefined) throw new Error('not imported again');
    again.submitOut(1, new Uint8Array(1));
    const read = again.submitIn(1, 512);
    expect((await twoReplies(again)).get(read)?.bytes.readUInt32LE(0)).toBe(4);
  });
});
