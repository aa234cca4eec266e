/** A server between client and repository that changes, loses or refuses what it is told to. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Exchange = { readonly method: string; readonly path: string };
export type Answer = { readonly status: number; readonly body: Buffer };

/** Called before the repository is asked: an answer given here is all the client gets. */
export type Intercept = (exchange: Exchange) => Answer | null | Promise<Answer | null>;
/** Called with the repository's answer; returns what the client gets. */
export type Alter = (exchange: Exchange, answer: Answer) => Answer;

export type LyingMirror = { readonly url: string; readonly stop: () => Promise<void> };

export async function startLyingMirror(
  repository: string,
  lies: { readonly intercept?: Intercept; readonly alter?: Alter },
): Promise<LyingMirror> {
  const server = createServer(async (request, response) => {
    const exchange = { method: request.method ?? 'GET', path: request.url ?? '/' };
    const body = await collect(request);
    const answer = (await lies.intercept?.(exchange)) ?? (await forward(repository, exchange, request, body));
    const told = lies.alter?.(exchange, answer) ?? answer;
    response.writeHead(told.status, { 'content-length': told.body.length });
    response.end(told.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(
  repository: string,
  { method, path }: Exchange,
  request: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const headers = new Headers();
  for (const name of ['authorization', 'content-type', 'if-match']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const answer = await fetch(`${repository}${path}`, {
    method,
    headers,
    body: body.length === 0 ? null : new Uint8Array(body),
  });
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
