import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLine } from './line.ts';

const BODY = Buffer.alloc(300_000, 'x');
const server = http.createServer((_, response) => response.end(BODY));
let upstream = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Bytes of the body that arrived, and whether it ended as it should. */
function get(url: string): Promise<{ bytes: number; whole: boolean }> {
  return new Promise((resolve) => {
    let bytes = 0;
    const request = http.get(url, { agent: false }, (answer) => {
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      answer.on('error', () => {});
      answer.on('close', () => resolve({ bytes, whole: answer.complete }));
    });
    request.on('error', () => resolve({ bytes, whole: false }));
  });
}

describe('the line', () => {
  it('passes what is shorter than its cut as it is', async () => {
    const line = await openLine(upstream, { cutAfterBytes: 1_000_000 });
    expect(await get(line.url)).toEqual({ bytes: BODY.length, whole: true });
    expect(line.count().cuts).toBe(0);
    expect(line.count().passedBytes).toBeGreaterThan(BODY.length);
    await line.close();
  });

  it('ends each connection after exactly so many bytes, all of which arrive', async () => {
    const line = await openLine(upstream, { cutAfterBytes: 100_000 });
    for (const connections of [1, 2]) {
      const got = await get(line.url);
      expect(got.whole).toBe(false);
      expect(got.bytes).toBeGreaterThan(90_000);
      expect(line.count().cuts).toBe(connections);
      expect(line.count().passedBytes).toBe(connections * 100_000);
    }
    await line.close();
  });

  it('carries no more bytes a second than it may, over however many connections', async () => {
    const line = await openLine(upstream, { bytesPerSecond: 6_000_000 });
    const startedMs = performance.now();
    const got = await Promise.all([get(line.url), get(line.url)]);
    expect(got).toEqual(Array(2).fill({ bytes: BODY.length, whole: true }));
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(100);
    expect(line.count().connections).toBe(2);
    await line.close();
  });

  it('answers a new connection two round trips later', async () => {
    const line = await openLine(upstream, { roundTripMs: 40 });
    const startedMs = performance.now();
    expect(await get(line.url)).toEqual({ bytes: BODY.length, whole: true });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(80);
    await line.close();
  });
});
