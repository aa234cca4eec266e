/** A bounded number of requests over a bounded number of connections, and how long each took. */
import { Pool } from 'undici';

export type Load = {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Asked for in turn, again from the first when they are used up. */
  readonly paths: readonly string[];
  readonly requests: number;
  readonly connections: number;
};

export type LoadResult = { readonly wallMs: number; readonly latenciesMs: readonly number[] };

/** Every answer must be a 200, and is read to its end. */
export async function putLoad({ origin, paths, requests, connections }: Load): Promise<LoadResult> {
  if (new URL(origin).hostname !== '127.0.0.1') throw new Error(`${origin} is not this machine`);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latenciesMs: number[] = [];
  let asked = 0;
  const client = async () => {
    while (asked < requests) {
      const path = paths[asked++ % paths.length] ?? '/';
      const startedMs = performance.now();
      const { statusCode, body } = await pool.request({ method: 'GET', path });
      for await (const _ of body);
      latenciesMs.push(performance.now() - startedMs);
      if (statusCode !== 200) throw new Error(`${origin}${path}: HTTP ${statusCode}`);
    }
  };
  try {
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: connections }, client));
    return { wallMs: performance.now() - startedMs, latenciesMs };
  } finally {
    await pool.destroy();
  }
}
