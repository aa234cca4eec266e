import { afterEach, describe, expect, it } from 'vitest';
import { SimulatedModem } from '../modem.ts';
import type { SimulatedModemOptions } from '../modem-options.ts';
import { type Reply, UsbipClient } from './usbip-client.ts';
import { openUsbipDoor, type UsbipDoor, type UsbipOptions } from './usbip-door.ts';

const firmware = 'EC25EUGAR06A05M4G_01.003.01.003';
const AT_OUT = 3;
const AT_IN = 4;
const AT_INTERRUPT = 5;
const QMI_INTERRUPT = 9;
const EDL_COMMAND = Buffer.from('4b650100540f7e', 'hex');
/** Longer than anything here takes; where it must pass, 30 ms do. */
const MOMENT_MS = 30;

let modem: SimulatedModem;
let door: UsbipDoor;
let clients: UsbipClient[];

async function start(
  options: Partial<SimulatedModemOptions> = {},
  places: Partial<UsbipOptions> = {},
): Promise<void> {
  clients = [];
  modem = new SimulatedModem({ firmware, ...options });
  const at = { busid: '1-1', speed: 'high' } as const;
  door = await openUsbipDoor(modem, { port: 0, normal: at, edl: at, ...places });
}

function dial(): UsbipClient {
  const client = new UsbipClient(door.port);
  clients.push(client);
  return client;
}

async function imported(busid = '1-1'): Promise<UsbipClient> {
  const client = dial();
  const record = await client.import(busid);
  if (typeof record === 'number') throw new Error(`import refused: ${record}`);
  return client;
}

/** A client that imported the module in EDL. */
async function importedInEdl(busid = '1-1'): Promise<UsbipClient> {
  modem.shortTestPoint();
  await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
  return imported(busid);
}

/** By sequence number: which of an OUT and an IN is answered first is nobody's promise. */
async function twoReplies(client: UsbipClient): Promise<ReadonlyMap<number, Reply>> {
  const replies = [await client.reply(), await client.reply()];
  return new Map(replies.map((reply) => [reply.sequence, reply]));
}

/** Bytes of the IN endpoint until `text` came. */
async function readUntil(client: UsbipClient, endpoint: number, text: string): Promise<string> {
  let said = '';
  while (!said.includes(text)) {
    client.submitIn(endpoint, 4096);
    said += (await client.reply()).bytes.toString('latin1');
  }
  return said;
}

afterEach(async () => {
  for (const client of clients) client.close();
  await door.close();
  modem.close();
});

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

describe('USB/IP transfers', () => {
  it('answers AT on the second of its serial functions, and nothing on an interrupt endpoint', async () => {
    await start();
    const client = await imported();
    const silent = [client.submitIn(AT_INTERRUPT, 10), client.submitIn(QMI_INTERRUPT, 8)];
    client.submitOut(AT_OUT, Buffer.from('AT+CGMM\r'));
    expect(await client.reply()).toMatchObject({ command: 3, status: 0, actualBytes: 8 });
    expect(await readUntil(client, AT_IN, 'OK')).toBe('AT+CGMM\r\r\nEC25\r\n\r\nOK\r\n');
    for (const sequence of silent) {
      client.unlink(sequence);
      expect(await client.reply()).toMatchObject({ command: 4, status: -104 });
    }
  });

  it('completes an OUT while an IN waits, whichever came first', async () => {
    await start();
    const client = await imported();
    const read = client.submitIn(1, 512);
    const written = client.submitOut(1, Buffer.from('7c93497e', 'hex'));
    const replies = await twoReplies(client);
    expect(replies.get(written)).toMatchObject({ status: 0, actualBytes: 4 });
    expect(replies.get(read)?.bytes.toString('latin1', 12, 29)).toBe('EC25EUGAR06A05M4G');
  });

  it('takes what is written to a function that has nothing to say', async () => {
    await start();
    const client = await imported();
    client.submitOut(5, new Uint8Array(100));
    expect(await client.reply()).toMatchObject({ status: 0, actualBytes: 100 });
  });

  it('stalls an endpoint it does not have', async () => {
    await start();
    const client = await importedInEdl();
    client.submitOut(2, new Uint8Array(5));
    expect(await client.reply()).toMatchObject({ status: -32, actualBytes: 0 });
  });

  it('takes zero-length packets in Sahara while its own message is unread', async () => {
    await start();
    const client = await importedInEdl();
    client.submitOut(1, new Uint8Array(0));
    expect(await client.reply()).toMatchObject({ status: 0, actualBytes: 0 });
    client.submitIn(1, 512);
    expect((await client.reply()).bytes.toString('hex', 0, 8)).toBe('0100000030000000');
  });

  it('gives a message in pieces to a host that reads packet by packet, and babbles at one that reads less', async () => {
    await start();
    const client = await importedInEdl();
    client.submitIn(1, 20);
    expect(await client.reply()).toMatchObject({ status: -75, actualBytes: 20 });
    client.submitOut(1, new Uint8Array(1));
    await client.reply();
    client.submitIn(1, 512);
    expect((await client.reply()).bytes.toString('hex')).toBe('04000000100000000d00000005000000');
  });
});

describe('USB/IP unlink', () => {
  it('is answered at once, and the next URB gets what comes', async () => {
    await start();
    const client = await imported();
    const waiting = client.submitIn(AT_IN, 512);
    const behind = client.submitIn(AT_IN, 512);
    const unlinks = [client.unlink(waiting), client.unlink(behind)];
    const replies = [await client.reply(), await client.reply()];
    expect(replies.map(({ sequence }) => sequence).sort()).toEqual(unlinks);
    for (const reply of replies) expect(reply).toMatchObject({ command: 4, status: -104 });
    client.submitIn(AT_IN, 512);
    modem.sendUnsolicited('+CREG: 1');
    expect((await client.reply()).bytes.toString()).toBe('\r\n+CREG: 1\r\n');
  });

  it('of what was answered before says so, and loses no byte', async () => {
    await start();
    const client = await imported();
    const read = client.submitIn(AT_IN, 512);
    modem.sendUnsolicited('+CREG: 1');
    client.unlink(read);
    const [submitted, unlinked] = [await client.reply(), await client.reply()];
    expect([submitted.command, submitted.sequence, submitted.bytes.length]).toEqual([3, read, 12]);
    expect(unlinked).toMatchObject({ command: 4, status: 0 });
  });

  it('of an OUT that nobody took means that nobody takes it', async () => {
    await start();
    const client = await importedInEdl();
    const waiting = client.submitOut(1, new Uint8Array(1));
    client.unlink(waiting);
    expect(await client.reply()).toMatchObject({ command: 4, status: -104 });
    client.submitIn(1, 512);
    expect((await client.reply()).bytes.length).toBe(0x30);
    client.submitIn(1, 512);
    await expect(
      Promise.race([client.reply(), new Promise((r) => setTimeout(r, MOMENT_MS, 'silence'))]),
    ).resolves.toBe('silence');
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
