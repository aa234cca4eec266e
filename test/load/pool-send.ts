/** Requests over a bounded number of connections to a Worker of this machine. */
import { Pool } from 'undici';
import { ANSWER_MAX_BYTES, REQUEST_TIMEOUT_MS } from './limits.ts';
import type { Send } from './send.ts';

export type SendingPool = { readonly send: Send; readonly close: () => Promise<void> };

export function poolSend(origin: string, connections: number): SendingPool {
  if (new URL(origin).hostname !== '127.0.0.1') throw new Error(`${origin} is not this machine`);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  return {
    async send({ method, path, headers, body }) {
      const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
      const answer = await pool.request({ method, path, headers, body: body ?? null, signal });
      return { status: answer.statusCode, body: await readBounded(answer.body) };
    },
    close: () => pool.destroy(),
  };
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body) {
    sizeBytes += part.length;
    if (sizeBytes > ANSWER_MAX_BYTES) throw new Error(`more than ${ANSWER_MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
