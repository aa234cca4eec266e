/** The modem's bulk pair as a raw stream over TCP, as ser2net or socat give a tty: no frames, no announcement. */
import type { Socket } from 'node:net';
import type { UsbLink } from '../modem/link.ts';
import { listenOnLoopback } from '../modem/loopback-server.ts';
import type { SimulatedModem } from '../modem/modem.ts';

const READ_MAX_BYTES = 1024 * 1024;
const WRITE_MAX_BYTES = 4096;
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

/** The kernel's driver of a tty sends what it is given in pieces of its own, and no empty packets. */
async function toModem(socket: Socket, link: UsbLink): Promise<void> {
  for await (const bytes of socket) {
    for (let at = 0; at < bytes.length; at += WRITE_MAX_BYTES) {
      const piece = (bytes as Uint8Array).subarray(at, at + WRITE_MAX_BYTES);
      let written = await link.write(piece, { timeoutMs: WAIT_MS });
      while (!written.ok && written.failure.reason === 'timeout')
        written = await link.write(piece, { timeoutMs: WAIT_MS });
      if (!written.ok) return;
    }
  }
}
