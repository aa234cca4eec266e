/**
 * A line that breaks: a loopback HTTP proxy in front of the Worker that hangs up in the middle of chosen chunk
 * answers. It counts what it let through.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type BreakingProxy = {
  readonly url: string;
  /** Chunk answers that were cut in the middle so far. */
  readonly cuts: () => number;
  readonly chunkBytes: () => number;
  readonly rangeRequests: () => number;
  readonly close: () => Promise<void>;
};

/** Hangs up half-way through the n-th chunk answer, for every n in `cutChunks` (counted from 1). */
export async function breakingProxy(upstream: string, cutChunks: readonly number[]): Promise<BreakingProxy> {
  let chunks = 0;
  let cuts = 0;
  let chunkBytes = 0;
  let rangeRequests = 0;
  const target = new URL(upstream);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

  const server = http.createServer((request, response) => {
    const isChunk = request.method === 'GET' && (request.url ?? '').startsWith('/v1/chunks/');
    if (isChunk && request.headers.range !== undefined) rangeRequests += 1;
    const cutThis = isChunk && cutChunks.includes(++chunks);
    const forward = http.request(
      {
        host: target.hostname,
        port: target.port,
        path: request.url,
        method: request.method,
        headers: { ...request.headers, host: target.host },
        agent,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        const half = Math.floor(Number(answer.headers['content-length'] ?? 0) / 2);
        let passed = 0;
        answer.on('data', (bytes: Buffer) => {
          const part = cutThis ? bytes.subarray(0, Math.max(0, half - passed)) : bytes;
          passed += part.length;
          if (isChunk) chunkBytes += part.length;
          response.write(part);
          if (!cutThis || passed < half) return;
          cuts += 1;
          answer.destroy();
          response.socket?.end();
          setImmediate(() => response.socket?.destroySoon());
        });
        answer.on('end', () => response.end());
        answer.on('error', () => response.destroy());
      },
    );
    forward.on('error', () => response.destroy());
    request.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cuts: () => cuts,
    chunkBytes: () => chunkBytes,
    rangeRequests: () => rangeRequests,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
