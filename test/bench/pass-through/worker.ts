/**
 * A bare Worker over the same bucket: it gets an R2 object and returns its body, and that is all. It also fills a
 * bucket with many models for `bench poll`, because only a Worker writes R2 quickly.
 */

/** The little of R2 and D1 that is used here. */
type Stored = {
  readonly body: ReadableStream;
  readonly customMetadata?: Record<string, string>;
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
};
type Bucket = {
  readonly get: (key: string) => Promise<Stored | null>;
  readonly put: (key: string, bytes: ArrayBuffer, options: object) => Promise<unknown>;
};
type Statement = { readonly bind: (...values: readonly unknown[]) => Statement };
type Database = {
  readonly prepare: (sql: string) => Statement;
  readonly batch: (statements: readonly Statement[]) => Promise<unknown>;
};
type RateLimit = { readonly limit: (of: { readonly key: string }) => Promise<{ readonly success: boolean }> };
type Bindings = { readonly FIRMWARE: Bucket; readonly DB: Database; readonly RATE_READS: RateLimit };

/** The same object by this path, after one question to the rate limiter: shows what that costs by itself. */
const LIMITED = '/limited/';

// biome-ignore lint/style/noDefaultExport: the runtime takes a Worker's entry from there.
export default {
  async fetch(request: Request, { FIRMWARE, DB, RATE_READS }: Bindings): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/floor') return new Response('.');
    if (request.method === 'POST' && pathname === '/models') {
      await copyModels(FIRMWARE, DB, {
        original: searchParams.get('original') ?? '',
        from: Number(searchParams.get('from')),
        count: Number(searchParams.get('count')),
      });
      return new Response(null, { status: 204 });
    }
    const isLimited = pathname.startsWith(LIMITED);
    if (isLimited && !(await RATE_READS.limit({ key: '127.0.0.1' })).success)
      return new Response(null, { status: 429 });
    const object = await FIRMWARE.get(pathname.slice(isLimited ? LIMITED.length : 1));
    return object === null ? new Response(null, { status: 404 }) : new Response(object.body);
  },
};

/** The timestamp file that a poll reads, and a row, for each of `count` models named `bench/m<number>-m4g`. */
async function copyModels(
  bucket: Bucket,
  db: Database,
  { original, from, count }: { readonly original: string; readonly from: number; readonly count: number },
): Promise<void> {
  const timestamp = await bucket.get(`models/${original}/metadata/timestamp.json`);
  if (timestamp === null) throw new Error(`${original} is not published`);
  const { customMetadata } = timestamp;
  const bytes = await timestamp.arrayBuffer();
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  const products = numbers.map((number) => `m${String(number).padStart(5, '0')}-m4g`);
  await Promise.all(
    products.map((product) =>
      bucket.put(`models/bench/${product}/metadata/timestamp.json`, bytes, { customMetadata }),
    ),
  );
  const insert = db.prepare(
    `INSERT INTO models SELECT 'bench/' || ?1, ?1, name, targets_version, newest_version, release_count, entry, releases,
       updated_at FROM models WHERE model = ?2`,
  );
  await db.batch(products.map((product) => insert.bind(product, original)));
}
