import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { REQUEST_ATTEMPTS_MAX, RETRY_AFTER_MAX_MS, RETRY_LONGEST_WAIT_MS } from '../limits.ts';
import { type HttpPorts, send } from './client.ts';
import { inParallel } from './in-parallel.ts';
import { expectStatus } from './refusal.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
}

function ports(waits: number[] = []): HttpPorts {
  const sleep = async (ms: number) => void waits.push(ms);
  return { dispatcher: new Agent(), sleep, random: () => 0.99 };
}

const signal = new AbortController().signal;
const get = (url: string, over: Partial<HttpPorts> = {}) =>
  send({ method: 'GET', url, maxBytes: 100 }, { ...ports(), ...over }, signal);

describe('a request', () => {
  it.each([503, 500, 429])('is tried again after %i, a little later each time', async (status) => {
    let asked = 0;
    const waits: number[] = [];
    const url = await serve((_, response) => response.writeHead(++asked < 4 ? status : 200).end('here'));
    const answer = await send({ method: 'GET', url, maxBytes: 100 }, ports(waits), signal);
    expect(answer).toMatchObject({ ok: true, value: { status: 200 } });
    expect(asked).toBe(4);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(Math.max(...waits)).toBeLessThanOrEqual(RETRY_LONGEST_WAIT_MS);
  });

  it.each([
    ['60', 60_000],
    ['999999', RETRY_AFTER_MAX_MS],
    ['Mon, 23 Nov 2026 08:00:00 GMT', 0],
  ])('waits as long as Retry-After: %s asks, within a bound', async (field, askedMs) => {
    let asked = 0;
    const waits: number[] = [];
    const url = await serve((_, response) =>
      response.writeHead(++asked < 2 ? 429 : 200, { 'retry-after': field }).end(),
    );
    await send({ method: 'GET', url, maxBytes: 100 }, ports(waits), signal);
    expect(waits[0]).toBeGreaterThanOrEqual(askedMs);
    expect(waits[0]).toBeLessThan(askedMs + RETRY_LONGEST_WAIT_MS);
  });

  it('ends with the last answer when trying again does not help', async () => {
    let asked = 0;
    const url = await serve((_, response) => response.writeHead(++asked && 503).end());
    expect(await get(url)).toMatchObject({ ok: true, value: { status: 503 } });
    expect(asked).toBe(REQUEST_ATTEMPTS_MAX);
  });

  it.each([400, 401, 404, 409, 422])('is not tried again after %i', async (status) => {
    let asked = 0;
    const url = await serve((_, response) => response.writeHead(++asked && status).end());
    expect(await get(url)).toMatchObject({ ok: true, value: { status } });
    expect(asked).toBe(1);
  });

  it('sends its body again when it is tried again', async () => {
    const bodies: string[] = [];
    const url = await serve(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      response.writeHead(bodies.push(body) < 2 ? 503 : 200).end();
    });
    await send({ method: 'PUT', url, body: 'chunk', maxBytes: 100 }, ports(), signal);
    expect(bodies).toEqual(['chunk', 'chunk']);
  });

  it('refuses an answer that is larger than it may be', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(101)));
    expect(await get(url)).toMatchObject({
      ok: false,
      failure: { reason: 'answer-too-large', maxBytes: 100 },
    });
  });

  it('is unreachable when the connection breaks each time, and says why', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await get(url)).toMatchObject({ ok: false, failure: { reason: 'repository-unreachable', url } });
  });

  it('ends at once when the operator interrupts', async () => {
    const interruption = new AbortController();
    const url = await serve(() => interruption.abort(new Error('interrupted')));
    const asked = send({ method: 'GET', url, maxBytes: 100 }, ports(), interruption.signal);
    await expect(asked).rejects.toThrow('interrupted');
  });
});

describe('a refusal', () => {
  const answerOf = (body: string) => ({ retryAfterMs: 0, status: 422, body: new TextEncoder().encode(body) });

  it('carries the problem in the repository’s own words', () => {
    const problem = {
      type: '/problems/chunk-missing',
      title: 'T',
      status: 422,
      code: 'chunk-missing',
      detail: 'ab12 is not stored',
    };
    expect(expectStatus(answerOf(JSON.stringify(problem)), 'u', [200])).toEqual({
      ok: false,
      failure: {
        reason: 'repository-refused',
        url: 'u',
        status: 422,
        code: 'chunk-missing',
        detail: 'ab12 is not stored',
      },
    });
  });

  it.each(['', '<html>', '{}', '[]'])('is still one when its body is "%s"', (body) => {
    expect(expectStatus(answerOf(body), 'u', [200])).toMatchObject({
      ok: false,
      failure: { status: 422, code: null },
    });
  });
});

describe('work in parallel', () => {
  it('does everything, and never more at once than it may', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await inParallel(
      Array.from({ length: 20 }, (_, i) => i),
      4,
      async (item) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        done.push(item);
        return { ok: true, value: undefined };
      },
    );
    expect(done).toHaveLength(20);
    expect(most).toBe(4);
  });

  it('stops at the first failure', async () => {
    let begun = 0;
    const ended = await inParallel(
      Array.from({ length: 100 }, (_, i) => i),
      2,
      async (item) => {
        begun++;
        return item === 5 ? { ok: false, failure: 'five' } : { ok: true, value: undefined };
      },
    );
    expect(ended).toEqual({ ok: false, failure: 'five' });
    expect(begun).toBeLessThan(10);
  });
});
