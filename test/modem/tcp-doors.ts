/**
 * The simulated modem over TCP, on the loopback address only: the bulk pair in usb2tcp framing on one port, the AT
 * port as a raw byte stream (what ser2net or socat on a router gives) on another. One client at a time each; a
 * connection ends when the modem leaves the bus, and none is kept while it is off the bus.
 */
import type { Socket } from 'node:net';
import type { Result } from '../../shared/result.ts';
import { TCP_READ_MAX_BYTES, TCP_WAIT_MS } from './limits.ts';
import type { ByteLink, OpenFailure, UsbLink } from './link.ts';
import { listenOnLoopback } from './loopback-server.ts';
import type { SimulatedModem } from './modem.ts';
import { Usb2tcpDecoder, usb2tcpFrame, usb2tcpGreeting } from './usb2tcp-frames.ts';

export type TcpDoors = {
  readonly usb2tcpPort: number;
  readonly atPort: number;
  close(): Promise<void>;
};

/** Opens both doors; port 0 takes any free one. */
export async function openTcpDoors(
  modem: SimulatedModem,
  ports: { readonly usb2tcp: number; readonly at: number },
): Promise<TcpDoors> {
  const usb = await listenOnLoopback(ports.usb2tcp, (socket) => serve(socket, modem.openUsb(), serveUsb));
  const at = await listenOnLoopback(ports.at, (socket) => serve(socket, modem.openAt(), serveAt));
  return {
    usb2tcpPort: usb.port,
    atPort: at.port,
    close: async () => {
      await Promise.all([usb.close(), at.close()]);
    },
  };
}

function serve<L extends ByteLink>(
  socket: Socket,
  opened: Result<L, OpenFailure>,
  pump: (socket: Socket, link: L) => Promise<void>,
): void {
  if (!opened.ok) {
    socket.destroy();
    return;
  }
  const link = opened.value;
  socket.on('close', () => link.close());
  void pump(socket, link).finally(() => {
    link.close();
    socket.end();
    socket.destroySoon();
  });
}

async function serveUsb(socket: Socket, link: UsbLink): Promise<void> {
  socket.write(usb2tcpGreeting(link));
  const decoder = new Usb2tcpDecoder();
  await Promise.race([
    pumpToHost(socket, link, usb2tcpFrame),
    pumpToModem(socket, async (bytes) => {
      const payloads = decoder.push(bytes);
      if (!payloads.ok) return 'stop';
      for (const payload of payloads.value) {
        if ((await writeAll(link, payload)) === 'stop') return 'stop';
      }
      return 'go on';
    }),
  ]);
}

async function serveAt(socket: Socket, link: ByteLink): Promise<void> {
  await Promise.race([
    pumpToHost(socket, link, (bytes) => bytes),
    pumpToModem(socket, (bytes) => writeAll(link, bytes)),
  ]);
}

type Verdict = 'go on' | 'stop';

/** Reads the modem until it is gone; waits for a client that does not take its bytes. */
async function pumpToHost(
  socket: Socket,
  link: ByteLink,
  frame: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  for (;;) {
    const read = await link.read(TCP_READ_MAX_BYTES, { timeoutMs: TCP_WAIT_MS });
    // Zero-length packets do not travel (edl 5).
    if (read.ok && read.value.length > 0) await sendToClient(socket, frame(read.value));
    else if (!read.ok && read.failure.reason !== 'timeout') return;
  }
}

async function sendToClient(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (socket.write(bytes) || socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}

/** Hands what the client sends to the modem, in order, no faster than the modem takes it. */
async function pumpToModem(socket: Socket, take: (bytes: Uint8Array) => Promise<Verdict>): Promise<void> {
  try {
    for await (const bytes of socket) {
      if ((await take(bytes as Uint8Array)) === 'stop') return;
    }
  } catch {
    // The client went without a word (ECONNRESET): the same as a good-bye.
  }
}

/** The relay ends full packets with an empty one, as QFirehose's does (edl 1c). */
async function writeAll(link: ByteLink, bytes: Uint8Array): Promise<Verdict> {
  for (;;) {
    const written = await link.write(bytes, { timeoutMs: TCP_WAIT_MS, zeroPacket: true });
    if (written.ok) return 'go on';
    if (written.failure.reason !== 'timeout') return 'stop';
  }
}
