/** The modem's bulk pair as a raw stream over TCP, as ser2net or socat give a tty: no frames, no announcement. */
import type { Socket } from 'node:net';
import type { UsbLink } from '../modem/link.ts';
import { listenOnLoopback } from '../modem/loopback-server.ts';
import type { SimulatedModem } from '../modem/modem.ts';

const READ_MAX_BYTES = 1024 * 1024;
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

/** A tty ends a transfer where its write ends; the driver of a real one sends full packets without an empty one. */
async function toModem(socket: Socket, link: UsbLink): Promise<void> {
  for await (const bytes of socket) {
    for (;;) {
      const written = await link.write(bytes as Uint8Array, { timeoutMs: WAIT_MS, zeroPacket: true });
      if (written.ok) break;
      if (written.failure.reason !== 'timeout') return;
    }
  }
}
