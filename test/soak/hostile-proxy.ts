/** A loopback proxy before a server of chunks that does to chunk answers what its plan says, and keeps the account. */
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { FATAL, type Fault, spoils } from './faults.ts';

export type HostileProxy = {
  readonly url: string;
  /** Bytes of bodies that were handed to the client's connections. */
  readonly sentBytes: () => number;
  readonly requests: () => number;
  /** Those that asked for the rest of a chunk. */
  readonly resumed: () => number;
  /** The most that the faults may have cost: each of a chunk that was ever answered wrongly, that chunk. */
  readonly spoiledBytes: () => number;
  /** Reasons that faults which nothing mends must lead to, of those that were delivered. */
  readonly fatal: ReadonlySet<string>;
  /** Called with each piece that was handed over. */
  onSent: (sentBytes: number) => void;
  readonly close: () => Promise<void>;
};

const TRICKLE_BYTES = 1_500;

export async function hostileProxy(
  upstream: string,
  faultOf: (chunkId: string) => Fault,
): Promise<HostileProxy> {
  let sentBytes = 0;
  let requests = 0;
  let resumed = 0;
  const fatal = new Set<string>();
  const answered = new Map<string, Account>();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const server = http.createServer(async (request, response) => {
    const chunkId = /\/([0-9a-f]{64})\.cacnk/.exec(request.url ?? '')?.[1] ?? '';
    requests += 1;
    if (request.headers.range !== undefined) resumed += 1;
    const isRedirected = (request.url ?? '').includes('redirected');
    const fault = isRedirected ? 'none' : faultOf(chunkId);
    if (typeof fault === 'string' && FATAL[fault] !== undefined) fatal.add(FATAL[fault]);
    const account = answered.get(chunkId) ?? { faults: 0, isSpoiled: false, sizeBytes: 0 };
    answered.set(chunkId, account);
    if (fault !== 'none') account.faults += 1;
    const isRanged = request.headers.range !== undefined;
    if (spoils(fault, { isRanged })) account.isSpoiled = true;
    const send = (bytes: Uint8Array) => {
      sentBytes += bytes.length;
      response.write(bytes);
      proxy.onSent(sentBytes);
    };
    const headers = { ...request.headers, host: new URL(upstream).host };
    const isRefused = isRanged && (fault === 'refuse-range' || fault === 'reset-range');
    if (fault === 'ignore-range') delete headers.range;
    try {
      await answer(
        response,
        isRefused ? REFUSED_RANGE[fault] : fault,
        request.url ?? '',
        async () => {
          const found = await ask(upstream, request.url ?? '', headers, agent);
          if (found.status === 200) account.sizeBytes = found.body.length;
          return found;
        },
        send,
      );
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: HostileProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sentBytes: () => sentBytes,
    requests: () => requests,
    resumed: () => resumed,
    spoiledBytes: () => {
      const costs = [...answered.values()].map(({ faults, isSpoiled, sizeBytes }) =>
        isSpoiled ? faults * sizeBytes : 0,
      );
      return costs.reduce((all, cost) => all + cost, 0);
    },
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

/** Of one chunk. */
type Account = { faults: number; isSpoiled: boolean; sizeBytes: number };

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
      await new Promise((resolve) => setImmediate(resolve));
    }
    return void response.end();
  }
  if (typeof fault !== 'object') {
    send(bytes);
    return void response.end();
  }
  send(bytes.subarray(0, Math.floor(bytes.length * fault.cutAt)));
  // Ended, not reset: what was sent arrives, as on a line that drops.
  response.socket?.end();
}

/** `bytes 10-99/100` says `bytes 11-99/100`. */
function moved(contentRange: string): string {
  return contentRange.replace(/^bytes (\d+)/, (_, first: string) => `bytes ${Number(first) + 1}`);
}
