/** A plain file server over a directory: what nginx and others do out of the box, and nothing of ours. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

export type StaticServer = {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  readonly stop: () => Promise<void>;
};

/** GET of files by their path; the query is ignored, directories and everything else are 404. */
export async function serveDirectory(directory: string): Promise<StaticServer> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://static.invalid').pathname);
    asked.push(path);
    const file = join(directory, normalize(path));
    const status = await stat(file).catch(() => null);
    if (request.method !== 'GET' || status === null || !status.isFile()) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
      return;
    }
    response.writeHead(200, { 'content-length': status.size, 'content-type': 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
