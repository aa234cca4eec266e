/** The modem's bulk pair as a raw stream over TCP, as ser2net or socat give a tty: no frames, no announcement. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UsbLink } from '../modem/link.ts';
import { listenOnLoopback } from '../modem/loopback-server.ts';
import type { SimulatedModem } from '../modem/modem.ts';

const READ_MAX_BYTES = 1024 * 1024;
const WRITE_MAX_BYTES = 4096;
/** What does not fill a packet waits this long for the rest of it. */
const QUIET_MS = 80;
const PACKET_BYTES = 512;
const WAIT_MS = 1_000;

/** One client at a time; a connection ends when the modem leaves the bus, and none is kept while it is off it. */
export async function openRawUsb(modem: SimulatedModem, port = 0) {
  return listenOnLoopback(port, (socket) => {
    const opened = modem.openUsb();
    if (!opened.ok) return void socket.destroy();
    const link = opened.value;
    socket.on('close', () => link.close());
    socket.on('error', () => link.close());
    void Promise.race([toHost(socket, link), toModem(socket, link)]).finally(() => {
      link.close();
      socket.destroySoon();
    });
  });
}

async function toHost(socket: Socket, link: UsbLink): Promise<void> {
  for (;;) {
    const read = await link.read(READ_MAX_BYTES, { timeoutMs: WAIT_MS });
    if (read.ok) socket.write(read.value);
    else if (read.failure.reason !== 'timeout') return;
  }
}

/**
 * The kernel's driver of a tty collects what it is given and sends it in pieces of its own, without empty packets: a
 * short packet in the middle would end what the boot ROM reads.
 */
async function toModem(socket: Socket, link: UsbLink): Promise<void> {
  let collected = Buffer.alloc(0);
  let isOver = false;
  let wake = () => {};
  socket.on('data', (bytes) => {
    collected = Buffer.concat([collected, bytes as Buffer]);
    wake();
  });
  socket.on('close', () => {
    isOver = true;
    wake();
  });
  while (!isOver) {
    if (collected.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    const isWhole = collected.length % PACKET_BYTES === 0;
    if (!isWhole) {
      const before = collected.length;
      await sleep(QUIET_MS);
      if (collected.length !== before) continue;
    }
    const whole = collected;
    collected = Buffer.alloc(0);
    for (let at = 0; at < whole.length; at += WRITE_MAX_BYTES)
      if (!(await write(link, whole.subarray(at, at + WRITE_MAX_BYTES)))) return;
  }
}

async function write(link: UsbLink, piece: Uint8Array): Promise<boolean> {
  for (;;) {
    const written = await link.write(piece, { timeoutMs: WAIT_MS });
    if (written.ok) return true;
    if (written.failure.reason !== 'timeout') return false;
  }
}
