/**
 * A line as fleets have it, on the loopback address: a TCP relay that ends each connection after so many bytes, or
 * carries so many bytes a second and answers late. What it does not imitate: lost packets, TCP's slow start.
 */
import net from 'node:net';
import { lateBytes } from './late-bytes.ts';
import { LINE_WINDOW_BYTES } from './limits.ts';

export type LineShape = {
  /** Each connection ends after this many bytes towards the client. */
  readonly cutAfterBytes?: number;
  /** Towards the client, of all connections together. */
  readonly bytesPerSecond?: number;
  /** Between a question and its answer; a new connection costs it once more, as a handshake does. */
  readonly roundTripMs?: number;
};

export type LineCount = {
  /** Bytes that went to clients, headers included. */
  readonly passedBytes: number;
  readonly cuts: number;
  readonly connections: number;
};

export type Line = {
  readonly url: string;
  readonly count: () => LineCount;
  readonly close: () => Promise<void>;
};

export async function openLine(upstream: string, shape: LineShape): Promise<Line> {
  const { cutAfterBytes = Number.POSITIVE_INFINITY, bytesPerSecond, roundTripMs = 0 } = shape;
  const { hostname, port } = new URL(upstream);
  const sockets = new Set<net.Socket>();
  let passedBytes = 0;
  let cuts = 0;
  let connections = 0;
  let freeAtMs = 0;

  /** When bytes that come now are through the line, all connections sharing it. */
  const throughAtMs = (bytes: number): number => {
    if (bytesPerSecond === undefined) return performance.now() + roundTripMs;
    freeAtMs = Math.max(freeAtMs, performance.now()) + (bytes / bytesPerSecond) * 1000;
    return freeAtMs + roundTripMs;
  };

  const server = net.createServer({ noDelay: true }, (client) => {
    connections += 1;
    const handshakenAtMs = performance.now() + 2 * roundTripMs;
    const far = net.connect({ host: hostname, port: Number(port), noDelay: true });
    for (const socket of [client, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        if (socket === client) far.destroySoon();
      });
    }
    client.on('data', (bytes) => {
      if (!far.write(bytes)) client.pause();
    });
    far.on('drain', () => client.resume());
    client.on('end', () => far.end());

    let left = cutAfterBytes;
    const goOn = () => {
      if (!client.writableNeedDrain && late.waitingBytes() < LINE_WINDOW_BYTES) far.resume();
    };
    const late = lateBytes((bytes) => {
      passedBytes += bytes.length;
      client.write(bytes);
      goOn();
    });
    const finish = () => late.afterwards(() => client.destroySoon());
    far.on('data', (bytes) => {
      if (left === 0) return;
      const part = bytes.subarray(0, left);
      left -= part.length;
      late.push(part, Math.max(handshakenAtMs, throughAtMs(part.length)));
      if (client.writableNeedDrain || late.waitingBytes() >= LINE_WINDOW_BYTES) far.pause();
      if (left > 0) return;
      // What was counted still arrives; then the line is dead both ways.
      cuts += 1;
      far.destroy();
    });
    client.on('drain', goOn);
    far.on('close', finish);
    client.on('close', late.forget);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    count: () => ({ passedBytes, cuts, connections }),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
