import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import { undiciHttp } from './undici-http.ts';

const never = new AbortController().signal;
const http = undiciHttp({ userAgent: 'cistern-test' });
const bounds = { headers: {}, maxBytes: 1000, timeoutMs: 5000 };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('get', () => {
  it('hands over status, joined header fields and the body', async () => {
    const url = await serve((request, response) => {
      response.setHeader('X-Twice', ['a', 'b']);
      response.end(`${request.headers['user-agent']} ${request.headers['accept-encoding']} ${request.url}`);
    });
    const answer = await http.get(`${url}/a?b=c`, bounds, never);
    if (!answer.ok) throw new Error(answer.failure.reason);
    expect(answer.value.status).toBe(200);
    expect(answer.value.headers['x-twice']).toBe('a, b');
    expect(fromUtf8(answer.value.bytes)).toBe('cistern-test identity /a?b=c');
  });

  it('says which cause kept it from reaching anyone', async () => {
    const url = await serve(() => {});
    servers.pop()?.close();
    const answer = await http.get(url, bounds, never);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'unreachable', code: 'ECONNREFUSED' } });
  });

  it('ends when the whole answer takes too long, though pieces keep coming', async () => {
    const url = await serve((_request, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const answer = await http.get(url, { ...bounds, timeoutMs: 100 }, never);
    expect(answer).toEqual({
      ok: false,
      failure: { reason: 'timed-out', url: `${url}`, afterMs: 100, during: 'answer' },
    });
  });

  it('takes a body of exactly the bound and refuses one byte more', async () => {
    const url = await serve((request, response) => {
      response.end('x'.repeat(Number(request.url?.slice(1))));
    });
    expect(await http.get(`${url}/1000`, bounds, never)).toMatchObject({ ok: true });
    expect(await http.get(`${url}/1001`, bounds, never)).toMatchObject({
      failure: { reason: 'too-large', maxBytes: 1000 },
    });
  });

  it('says how much came before the connection was cut', async () => {
    const url = await serve((_request, response) => {
      response.setHeader('content-length', 100);
      response.write('x'.repeat(40), () => response.socket?.end());
    });
    const answer = await http.get(url, bounds, never);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'cut', receivedBytes: 40 } });
  });

  it('keeps connections for the requests after', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('again');
    });
    for (let i = 0; i < 12; i++) await http.get(url, bounds, never);
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('ends at once when it is aborted', async () => {
    const abort = new AbortController();
    const url = await serve(() => abort.abort());
    const answer = await http.get(url, bounds, abort.signal);
    expect(answer).toEqual({ ok: false, failure: { reason: 'interrupted' } });
  });

  it('does not begin when it is already aborted', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked++;
      response.end();
    });
    const answer = await http.get(url, bounds, AbortSignal.abort());
    expect(answer).toEqual({ ok: false, failure: { reason: 'interrupted' } });
    expect(asked).toBe(0);
  });
});

describe('redirects', () => {
  const hopsTo = (last: string) =>
    serve((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop === 0 && last === '') return response.end('there');
      response.statusCode = 302;
      response.setHeader('location', hop === 0 ? last : `/${hop - 1}`);
      return response.end('on you go');
    });

  it('follows three', async () => {
    const url = await hopsTo('');
    const answer = await http.get(`${url}/3`, bounds, never);
    expect(answer.ok && fromUtf8(answer.value.bytes)).toBe('there');
  });

  it.each([
    ['four', '4', '', 'too-many-redirects'],
    ['one to another scheme', '0', 'https://localhost/', 'redirect-to-another-scheme'],
    ['one to plain HTTP elsewhere', '0', 'http://192.0.2.1/', 'plain-http-to-another-machine'],
    ['one that is no address', '0', 'http://[', 'not-an-address'],
  ])('refuses %s', async (_name, start, last, why) => {
    const url = await hopsTo(last);
    const answer = await http.get(`${url}/${start}`, bounds, never);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'address-refused', why } });
  });

  it('does not follow one of a post', async () => {
    const url = await hopsTo('');
    const answer = await http.post(`${url}/1`, { ...bounds, body: utf8('report') }, never);
    expect(answer).toMatchObject({ ok: true, value: { status: 302 } });
  });
});

describe('addresses', () => {
  it.each([
    ['http://192.0.2.1/', 'plain-http-to-another-machine'],
    ['http://127.0.0.1.example/', 'plain-http-to-another-machine'],
    ['ftp://localhost/', 'not-http'],
    ['https://user:secret@example.org/', 'credentials-in-address'],
    ['somewhere', 'not-an-address'],
  ])('refuses %s: %s', async (url, why) => {
    const answer = await http.get(url, bounds, never);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'address-refused', why } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
});

describe('getStream', () => {
  it('delivers every byte that came before a cut, then the cut', async () => {
    const url = await serve((_request, response) => {
      response.setHeader('content-length', 1_000_000);
      response.write(Buffer.alloc(200_000), () => response.socket?.end());
    });
    const stream = await http.getStream(url, { headers: {}, timeoutMs: 5000 }, never);
    if (!stream.ok) throw new Error(stream.failure.reason);
    let bytes = 0;
    let failure: unknown;
    for await (const piece of stream.value.body) {
      if (piece.ok) bytes += piece.value.length;
      else failure = piece.failure;
    }
    expect(bytes).toBe(200_000);
    expect(failure).toMatchObject({ reason: 'cut', receivedBytes: 200_000 });
  });

  it('holds the peer back while the reader is slow', async () => {
    const total = 32 * 1024 * 1024;
    let sent = 0;
    const url = await serve((_request, response) => {
      const piece = Buffer.alloc(64 * 1024);
      const pump = () => {
        while (sent < total) {
          sent += piece.length;
          if (!response.write(piece)) return response.once('drain', pump);
        }
        return response.end();
      };
      pump();
    });
    const stream = await http.getStream(url, { headers: {}, timeoutMs: 5000 }, never);
    if (!stream.ok) throw new Error(stream.failure.reason);
    let received = 0;
    let sentWhileStopped = 0;
    for await (const piece of stream.value.body) {
      if (!piece.ok) throw new Error(piece.failure.reason);
      if (received === 0) {
        sentWhileStopped = await settled(() => sent);
      }
      received += piece.value.length;
    }
    expect(sentWhileStopped).toBeLessThan(total);
    expect(received).toBe(total);
  });

  it('ends a silence in the middle of a body', async () => {
    const url = await serve((_request, response) => {
      response.setHeader('content-length', 10);
      response.write('half!');
    });
    const stream = await http.getStream(url, { headers: {}, timeoutMs: 200 }, never);
    if (!stream.ok) throw new Error(stream.failure.reason);
    let last: unknown;
    for await (const piece of stream.value.body) last = piece;
    expect(last).toMatchObject({ ok: false, failure: { reason: 'timed-out', afterMs: 200 } });
  });

  it('closes the connection when the reader leaves early', async () => {
    let closed: () => void = () => {};
    const wasClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const url = await serve((_request, response) => {
      response.on('close', closed);
      response.write('first');
    });
    const stream = await http.getStream(url, { headers: {}, timeoutMs: 5000 }, never);
    if (!stream.ok) throw new Error(stream.failure.reason);
    for await (const piece of stream.value.body) {
      expect(piece.ok).toBe(true);
      break;
    }
    await wasClosed;
  });
});

describe('post', () => {
  it('delivers the body and reads the answer', async () => {
    const url = await serve((request, response) => {
      let text = '';
      request.on('data', (piece) => {
        text += piece;
      });
      request.on('end', () => response.writeHead(201).end(`${request.headers['content-type']} ${text}`));
    });
    const options = { ...bounds, headers: { 'content-type': 'text/plain' }, body: utf8('hello') };
    const answer = await http.post(url, options, never);
    expect(answer).toMatchObject({ ok: true, value: { status: 201 } });
    expect(answer.ok && fromUtf8(answer.value.bytes)).toBe('text/plain hello');
  });
});

/** The value once it has stopped changing: two looks in a row, each after the loop has gone round. */
async function settled(look: () => number): Promise<number> {
  for (let before = -1; ; before = look()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (look() === before) return before;
  }
}
