/** A bucket whose server stops in the middle of an answer. What else buckets promise: `test/s3`. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Store } from './s3-store.ts';

let server: Server;
beforeAll(async () => {
  const fields = { etag: '"x"', 'content-length': '100', 'last-modified': 'Mon, 23 Nov 2026 08:00:00 GMT' };
  server = createServer((_, response) => {
    response.writeHead(200, fields);
    response.write('abc');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const open = (signal: AbortSignal, bodyTimeoutMs?: number) =>
  openS3Store(
    {
      bucket: 'firmware',
      prefix: '',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      ...(bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs }),
    },
    signal,
  );

describe('an object whose content stalls', () => {
  it('is given up in its time', async () => {
    const store = await open(new AbortController().signal, 100);
    expect(await store.get('a', 1000)).toMatchObject({
      ok: false,
      failure: { reason: 'store-unreachable', why: 'it stopped in the middle of an answer' },
    });
  });

  it('is let go when the command is interrupted', async () => {
    const interruption = new AbortController();
    const store = await open(interruption.signal);
    // Behind the first bytes of the answer, by a fair margin.
    server.once('request', () => setTimeout(() => interruption.abort(new Error('interrupted')), 200));
    await expect(store.get('a', 1000)).rejects.toThrow('interrupted');
  });
});
