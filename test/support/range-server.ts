/** A directory over HTTP with strong ETags and single ranges, as any good static server gives it (RFC 9110 section 14). */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';

export type RangeServer = { readonly url: string; readonly close: () => Promise<void> };

/** Read in one piece where it is no longer: the server must not be what is measured. Bytes. */
const READ_AHEAD_BYTES = 256 * 1024;
/** What is shorter is read before anything else is done: through the thread pool it would take longer than to send it. */
const AT_ONCE_MAX_BYTES = 2 * 1024 * 1024;

export async function serveRanges(directory: string): Promise<RangeServer> {
  const server = http.createServer((request, response) => {
    const path = join(directory, normalize(new URL(request.url ?? '/', 'http://bench.invalid').pathname));
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) return void response.writeHead(404).end();
    const { size } = found;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const first = Number(range?.[1] ?? 0);
    const last = Math.min(size - 1, range?.[2] ? Number(range[2]) : size - 1);
    if (first >= size) return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    response.writeHead(range === null ? 200 : 206, {
      'content-length': last - first + 1,
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: `"${size.toString(16)}"`,
      ...(range === null ? {} : { 'content-range': `bytes ${first}-${last}/${size}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    if (last - first < AT_ONCE_MAX_BYTES) return void response.end(readAtOnce(path, first, last));
    const bytes = createReadStream(path, { start: first, end: last, highWaterMark: READ_AHEAD_BYTES });
    pipeline(bytes, response).catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function readAtOnce(path: string, first: number, last: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(last - first + 1);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, first);
    return bytes;
  } finally {
    closeSync(file);
  }
}
