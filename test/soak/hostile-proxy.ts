/** A loopback proxy before a server of chunks that does to chunk answers what its plan says, and keeps the account. */
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { RANGES_UNANSWERED_MAX } from '../../device/fetch/limits.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { FATAL, type Fault, lostBytes } from './faults.ts';

export type HostileProxy = {
  readonly url: string;
  /** Bytes of bodies that were handed to the client's connections. */
  readonly sentBytes: () => number;
  readonly requests: () => number;
  /** Those that asked for the rest of a chunk. */
  readonly resumed: () => number;
  /** The most that the faults may have cost: each that was delivered, once. */
  readonly spoiledBytes: () => number;
  /** Reasons that faults which nothing mends must lead to, of those that were delivered. */
  readonly fatal: ReadonlySet<string>;
  /** Called with each piece that was handed over. */
  onSent: (sentBytes: number) => void;
  readonly close: () => Promise<void>;
};

const TRICKLE_BYTES = 1_500;
const TRICKLE_PAUSE_MS = 5;

export async function hostileProxy(
  upstream: string,
  faultOf: (chunkId: string) => Fault,
): Promise<HostileProxy> {
  let sentBytes = 0;
  let requests = 0;
  let resumed = 0;
  const fatal = new Set<string>();
  let spoiledBytes = 0;
  /** Ranges of a chunk, in a row. */
  const unanswered = new Map<string, number>();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const server = http.createServer(async (request, response) => {
    const chunkId = /\/([0-9a-f]{64})\.cacnk/.exec(request.url ?? '')?.[1] ?? '';
    requests += 1;
    if (request.headers.range !== undefined) resumed += 1;
    const isRedirected = (request.url ?? '').includes('redirected');
    const fault = isRedirected ? 'none' : faultOf(chunkId);
    if (typeof fault === 'string' && FATAL[fault] !== undefined) fatal.add(FATAL[fault]);
    const fromBytes = rangeStart(request.headers);
    const isRanged = fromBytes !== null;
    // Also where the client was the one that left: on a busy machine an answer may come too late.
    response.once('close', () => {
      const isUnanswered = isRanged && !response.headersSent;
      const inRow = isUnanswered ? (unanswered.get(chunkId) ?? 0) + 1 : 0;
      unanswered.set(chunkId, inRow);
      // Taken for a firewall that hangs up on ranges: the whole is asked for.
      if (isUnanswered && inRow % RANGES_UNANSWERED_MAX === 0) spoiledBytes += fromBytes;
    });
    const send = (bytes: Uint8Array) => {
      sentBytes += bytes.length;
      response.write(bytes);
      proxy.onSent(sentBytes);
    };
    const headers = { ...request.headers, host: new URL(upstream).host };
    const isRefused = isRanged && (fault === 'refuse-range' || fault === 'reset-range');
    if (fault === 'ignore-range') delete headers.range;
    let chunkBytes = 0;
    try {
      await answer(
        response,
        isRefused ? REFUSED_RANGE[fault] : fault,
        request.url ?? '',
        async () => {
          const found = await ask(upstream, request.url ?? '', headers, agent);
          chunkBytes = (found.status === 206 ? (fromBytes ?? 0) : 0) + found.body.length;
          return found;
        },
        send,
      );
    } catch {
      response.destroy();
    } finally {
      spoiledBytes += lostBytes(fault, { fromBytes, chunkBytes });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: HostileProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sentBytes: () => sentBytes,
    requests: () => requests,
    resumed: () => resumed,
    spoiledBytes: () => spoiledBytes,
    fatal,
    onSent: () => {},
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

const REFUSED_RANGE = { 'refuse-range': 'forbid', 'reset-range': 'hang-up' } as const;

function rangeStart({ range }: IncomingHttpHeaders): number | null {
  const start = /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
  return start === undefined ? null : Number(start);
}

type Upstream = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

function ask(
  upstream: string,
  path: string,
  headers: IncomingHttpHeaders,
  agent: http.Agent,
): Promise<Upstream> {
  return new Promise((resolve, reject) => {
    const request = http.get(new URL(path, upstream), { headers, agent }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(pieces) }),
      );
    });
    request.on('error', reject);
  });
}

async function answer(
  response: ServerResponse,
  fault: Fault,
  path: string,
  askUpstream: () => Promise<Upstream>,
  send: (bytes: Uint8Array) => void,
): Promise<void> {
  switch (fault) {
    case 'hang-up':
      return void response.socket?.destroy();
    case 'busy':
      return void response.writeHead(503, { 'retry-after': '1' }).end();
    case 'too-many-requests':
      return void response.writeHead(429).end();
    case 'redirect':
      return void response.writeHead(307, { location: `${path}?redirected` }).end();
    case 'redirect-to-another-scheme':
      return void response.writeHead(302, { location: `ftp://127.0.0.1${path}` }).end();
    case 'redirect-for-ever':
      return void response.writeHead(302, { location: path }).end();
    case 'oversize':
      return void response.writeHead(200, { 'content-length': CHUNK_STORED_MAX_BYTES + 1 }).end();
    case 'forbid':
      return void response.writeHead(403).end();
    case 'gone':
      return void response.writeHead(410).end();
    default:
      return deliver(response, fault, await askUpstream(), send);
  }
}

async function deliver(
  response: ServerResponse,
  fault: Fault,
  { status, headers, body }: Upstream,
  send: (bytes: Uint8Array) => void,
): Promise<void> {
  const changed = { ...headers, 'content-length': String(body.length) };
  delete changed['transfer-encoding'];
  const isPart = status === 206;
  if (fault === 'compress') changed['content-encoding'] = 'gzip';
  if (fault === 'other-etag') changed.etag = '"another"';
  if (fault === 'lie-about-range' && isPart)
    changed['content-range'] = moved(String(headers['content-range']));
  let bytes: Buffer = body;
  if (fault === 'wrong-bytes') bytes = Buffer.from(body.map((byte) => byte ^ 0x55));
  if (fault === 'shift-range' && isPart) bytes = Buffer.from(body.toReversed());
  if (fault === 'truncate' && !isPart) {
    bytes = body.subarray(0, body.length >> 1);
    changed['content-length'] = String(bytes.length);
  }
  response.writeHead(status, changed);
  response.flushHeaders();
  if (fault === 'stall') return send(bytes.subarray(0, 100));
  if (fault === 'trickle') {
    for (let at = 0; at < bytes.length && !response.destroyed; at += TRICKLE_BYTES) {
      send(bytes.subarray(at, at + TRICKLE_BYTES));
      await setTimeout(TRICKLE_PAUSE_MS);
    }
    return void response.end();
  }
  if (typeof fault !== 'object') {
    send(bytes);
    return void response.end();
  }
  // Never nothing of a rest that is small by now: a line that drops lets something through.
  send(bytes.subarray(0, Math.ceil(bytes.length * fault.cutAt)));
  // Ended, not reset: what was sent arrives, as on a line that drops.
  response.socket?.end();
}

/** `bytes 10-99/100` says `bytes 11-99/100`. */
function moved(contentRange: string): string {
  return contentRange.replace(/^bytes (\d+)/, (_, first: string) => `bytes ${Number(first) + 1}`);
}
