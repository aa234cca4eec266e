/** A bad line: a TCP relay on the loopback address that ends each connection after so many bytes to the client. */
import net from 'node:net';

export type CuttingLine = {
  readonly url: string;
  /** Bytes that went to clients, headers included. */
  readonly passedBytes: () => number;
  readonly cuts: () => number;
  readonly close: () => Promise<void>;
};

export async function cuttingLine(upstream: string, cutAfterBytes: number): Promise<CuttingLine> {
  const { hostname, port } = new URL(upstream);
  const sockets = new Set<net.Socket>();
  let passedBytes = 0;
  let cuts = 0;
  const server = net.createServer({ noDelay: true }, (client) => {
    const far = net.connect({ host: hostname, port: Number(port), noDelay: true });
    for (const socket of [client, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroySoon();
        far.destroySoon();
      });
    }
    let left = cutAfterBytes;
    client.on('data', (bytes) => {
      if (!far.write(bytes)) client.pause();
    });
    far.on('drain', () => client.resume());
    far.on('data', (bytes) => {
      if (left === 0) return;
      const part = bytes.subarray(0, left);
      left -= part.length;
      passedBytes += part.length;
      if (!client.write(part)) far.pause();
      if (left > 0) return;
      // What was counted still arrives; then the line is dead both ways.
      cuts += 1;
      client.end();
      far.destroy();
    });
    client.on('drain', () => far.resume());
    far.on('end', () => client.end());
    client.on('end', () => far.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    passedBytes: () => passedBytes,
    cuts: () => cuts,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
