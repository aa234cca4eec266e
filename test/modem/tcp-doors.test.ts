import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedModem } from './modem.ts';
import { openTcpDoors, type TcpDoors } from './tcp-doors.ts';
import { Usb2tcpDecoder, usb2tcpFrame } from './usb2tcp-frames.ts';
import { UsbipClient } from './usbip/usbip-client.ts';

const firmware = 'EC25EUGAR06A05M4G_01.003.01.003';

describe('usb2tcp framing', () => {
  it('finds the same frames however TCP splits and merges them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map(usb2tcpFrame));
          const decoder = new Usb2tcpDecoder();
          const found: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const bytes = cuts[turn % cuts.length] ?? 1;
            const pushed = decoder.push(stream.subarray(at, at + bytes));
            if (pushed.ok) found.push(...pushed.value);
            at += bytes;
          }
          expect(found.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]));
        },
      ),
    );
  });

  it.each([
    ['another tag', Buffer.from('7856341300000000', 'hex'), 'wrong-tag'],
    ['a length over the limit', Buffer.from('78563412ffffff7f', 'hex'), 'frame-too-long'],
    ['a negative length', Buffer.from('78563412ffffffff', 'hex'), 'frame-too-long'],
  ])('refuses %s', (_what, bytes, reason) => {
    expect(new Usb2tcpDecoder().push(bytes)).toMatchObject({ ok: false, failure: { reason } });
  });
});

/** Collects what a socket says; `at` waits until that many bytes came or the connection ended. */
function listen(socket: Socket) {
  let bytes = Buffer.alloc(0);
  let isClosed = false;
  socket.on('data', (piece) => {
    bytes = Buffer.concat([bytes, piece as Buffer]);
  });
  socket.on('close', () => {
    isClosed = true;
  });
  socket.on('error', () => {});
  return {
    until: async (count: number): Promise<Buffer> => {
      while (bytes.length < count && !isClosed)
        await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      return bytes;
    },
    closed: async (): Promise<Buffer> => {
      if (!isClosed) await once(socket, 'close');
      return bytes;
    },
  };
}

describe('TCP doors', () => {
  let modem: SimulatedModem;
  let doors: TcpDoors;
  const dial = (port: number): Socket => connect({ port, host: '127.0.0.1', noDelay: true });
  const NORMAL = '785634120c0000007c2c00002501000005000000';
  const EDL = '785634120c000000c60500000890000001000000';

  beforeEach(async () => {
    modem = new SimulatedModem({ firmware });
    doors = await openTcpDoors(modem, { usb2tcp: 0, at: 0 });
  });
  afterEach(async () => {
    await doors.close();
    modem.close();
  });

  it('greets with what is on the bus, answers DIAG, and hangs up when the modem goes to EDL', async () => {
    const socket = dial(doors.usb2tcpPort);
    const host = listen(socket);
    expect((await host.until(20)).toString('hex')).toBe(NORMAL);
    socket.write(usb2tcpFrame(Buffer.from('7e7c93497e', 'hex')));
    expect((await host.until(40)).toString('latin1')).toContain('EC25EUGAR06A05M4G');
    socket.write(usb2tcpFrame(Buffer.from('4b650100540f7e', 'hex')));
    expect((await host.closed()).toString('hex').endsWith('78563412070000004b650100540f7e')).toBe(true);

    await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
    const again = listen(dial(doors.usb2tcpPort));
    const hello = await again.until(20 + 8 + 0x30);
    expect(hello.toString('hex', 0, 20)).toBe(EDL);
    expect(hello.toString('hex', 20, 36)).toBe('78563412300000000100000030000000');
  });

  it('speaks AT as plain bytes and hangs up when normal mode ends', async () => {
    const socket = dial(doors.atPort);
    const host = listen(socket);
    socket.write('AT+CGMM\r');
    expect((await host.until(22)).toString()).toBe('AT+CGMM\r\r\nEC25\r\n\r\nOK\r\n');
    modem.powerCycle();
    await host.closed();
  });

  it.each(['usb2tcpPort', 'atPort'] as const)(
    'refuses a second client on %s, until the first is gone',
    async (port) => {
      const first = dial(doors[port]);
      await once(first, 'connect');
      if (port === 'usb2tcpPort') await listen(first).until(20);
      else await new Promise((resolve) => first.write('AT\r', resolve));
      expect((await listen(dial(doors[port])).closed()).length).toBe(0);
      first.destroy();
      await expect.poll(() => (port === 'usb2tcpPort' ? modem.openUsb() : modem.openAt()).ok).toBe(true);
    },
  );

  it('keeps nobody while the modem is off the bus', async () => {
    modem.powerOff();
    expect((await listen(dial(doors.usb2tcpPort)).closed()).length).toBe(0);
    expect((await listen(dial(doors.atPort)).closed()).length).toBe(0);
  });

  it('hangs up on a client that does not speak usb2tcp', async () => {
    const socket = dial(doors.usb2tcpPort);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await listen(socket).closed();
    expect(modem.state()).toBe('normal');
  });
});

describe('the modem process', () => {
  async function run(args: readonly string[], use: (lines: AsyncIterator<string>) => Promise<void>) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args]);
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    try {
      await use(lines);
    } finally {
      child.kill('SIGTERM');
    }
    return (await exited)[0];
  }
  const nextJson = async (lines: AsyncIterator<string>) => JSON.parse((await lines.next()).value);

  it('says where its doors are and what state it is in, keeps its flash, and ends on SIGTERM', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'modem-process-'));
    try {
      for (const version of [firmware, 'EC25EUGAR08A03M4G_01.200.01.200']) {
        const exitCode = await run(['--version', version, '--flash-dir', directory], async (lines) => {
          expect(await nextJson(lines)).toEqual({ usb2tcp: expect.any(Number), at: expect.any(Number) });
          expect(await nextJson(lines)).toMatchObject({ event: 'state', state: 'normal', firmware });
        });
        expect(exitCode).toBe(0);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('opens its USB/IP door on request and takes words on its standard input', async () => {
    const child = spawn(process.execPath, [
      ...[join(import.meta.dirname, 'main.ts'), '--version', firmware],
      ...['--usbip', '0', '--reboot-ms', '0'],
    ]);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    try {
      const { usbip } = await nextJson(lines);
      const client = new UsbipClient(usbip);
      expect(((await client.import('1-1')) as Buffer).toString('hex', 300, 304)).toBe('2c7c0125');
      expect(await nextJson(lines)).toMatchObject({ event: 'state', state: 'normal' });
      child.stdin.write('unplug\nfly\n');
      expect(await nextJson(lines)).toMatchObject({ event: 'state', state: 'gone' });
      expect(await nextJson(lines)).toEqual({ event: 'word', word: 'unplug', isKnown: true });
      expect(await nextJson(lines)).toEqual({ event: 'word', word: 'fly', isKnown: false });
      await client.hungUp();
    } finally {
      child.kill('SIGTERM');
    }
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  it('refuses a fault it does not know', async () => {
    const child = spawn(process.execPath, [
      join(import.meta.dirname, 'main.ts'),
      '--version',
      firmware,
      '--fault',
      '{"kind":"gremlin"}',
    ]);
    expect((await once(child, 'exit'))[0]).toBe(64);
  });
});
