/**
 * A loopback repository that serves chunks as RFC 9110 says, and misbehaves on demand: each misbehaviour is used
 * up by one request, in order, whichever chunk it is for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Misbehaviour =
  /** Announces the whole body and drops the connection after this many bytes of it; -1 before the answer. */
  | { readonly cutAfterBytes: number }
  /** The same without a length, as an HTTP/1.0 proxy: the end of the connection is the end of the body. */
  | { readonly closeAfterBytes: number }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Sends the whole chunk with 200, Range or not. */
  | 'ignore-range'
  /** Answers the range, but says another one. */
  | 'lie-about-range'
  /** Sends the range of another position, and says the one that was asked for. */
  | 'shift-range'
  /** Like a firewall that knows no ranges: with this status, or by hanging up; the whole it gives. */
  | { readonly refuseRange: number | 'hang-up' }
  | 'never-end'
  | 'wrong-bytes'
  /** Ends before the end, with a length that fits: a truncated object. */
  | 'truncate'
  | 'oversize'
  | 'oversize-undeclared'
  /** A byte now and then, never silent, and never done. */
  | 'trickle'
  | 'stall';

export type ChunkServer = {
  readonly url: string;
  readonly seen: readonly { readonly path: string; readonly range: string; readonly ifRange: string }[];
  readonly close: () => Promise<void>;
};

export async function serveChunks(
  stored: ReadonlyMap<string, Uint8Array>,
  misbehaviours: Misbehaviour[],
  options: { readonly etag: (id: string) => string | null } = { etag: (id) => `"sha256-${id}"` },
): Promise<ChunkServer> {
  const seen: { path: string; range: string; ifRange: string }[] = [];
  const server = createServer((request, response) => {
    const range = String(request.headers.range ?? '');
    seen.push({ path: request.url ?? '', range, ifRange: String(request.headers['if-range'] ?? '') });
    const id = /^\/v1\/chunks\/[0-9a-f]{4}\/([0-9a-f]{64})\.cacnk$/.exec(request.url ?? '')?.[1] ?? '';
    const bytes = stored.get(id);
    if (bytes === undefined) return void response.writeHead(404).end();
    answer(request, response, bytes, options.etag(id), misbehaviours.shift());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  etag: string | null,
  how: Misbehaviour | undefined,
): void {
  if (etag !== null) response.setHeader('etag', etag);
  if (how === 'stall') return;
  if (how === 'oversize') return void response.setHeader('content-length', 2_000_000).end();
  if (how === 'oversize-undeclared') return void response.end(Buffer.alloc(2_000_000));
  if (how === 'wrong-bytes') return void response.end(Buffer.alloc(bytes.length, 'x'));
  if (how === 'truncate') return void response.end(bytes.subarray(0, bytes.length >> 1));
  if (typeof how === 'object' && 'status' in how)
    return void response.writeHead(how.status, how.headers).end();

  if (typeof how === 'object' && 'refuseRange' in how && request.headers.range !== undefined)
    return void (how.refuseRange === 'hang-up'
      ? response.socket?.destroy()
      : response.writeHead(how.refuseRange).end());

  const ifRange = request.headers['if-range'];
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const first = asked === undefined || (ifRange !== undefined && ifRange !== etag) ? null : Number(asked);
  if (first !== null && first >= bytes.length) {
    return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  }
  const start = how === 'ignore-range' ? 0 : (first ?? 0);
  if (first !== null && how !== 'ignore-range') {
    const said = how === 'lie-about-range' ? start + 1 : start;
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${said}-${bytes.length - 1}/${bytes.length}`);
  }
  const body = how === 'shift-range' ? bytes.toReversed().subarray(start) : bytes.subarray(start);
  if (typeof how === 'object' && 'closeAfterBytes' in how) {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    return void response.end(body.subarray(0, how.closeAfterBytes));
  }
  response.setHeader('content-length', body.length);
  if (how === 'trickle') return void trickle(response, body);
  if (how === 'never-end') return void response.write(body.subarray(0, 1));
  if (typeof how === 'object' && 'cutAfterBytes' in how)
    cut(response, body.subarray(0, Math.max(0, how.cutAfterBytes)), how.cutAfterBytes);
  else response.end(body);
}

function cut(response: ServerResponse, part: Uint8Array, cutAfterBytes: number): void {
  if (cutAfterBytes < 0) return void response.socket?.destroy();
  response.flushHeaders();
  if (part.length === 0) return void response.socket?.end();
  response.write(part, () => response.socket?.end());
}

function trickle(response: ServerResponse, body: Uint8Array): void {
  let at = 0;
  const timer = setInterval(() => response.write(body.subarray(at, ++at)), 5);
  response.on('close', () => clearInterval(timer));
}
