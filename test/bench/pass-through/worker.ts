/**
 * A bare Worker over the same bucket: it gets an R2 object and returns its body, and that is all. It also fills a
 * bucket with many models for `bench poll`, because only a Worker writes R2 quickly.
 */
import { copyModels, type FileStore, type StoredFile } from '../../support/copy-models.ts';

/** What is used here of R2, beyond copying models. */
type Bucket = Omit<FileStore, 'get'> & {
  readonly get: (key: string) => Promise<(StoredFile & { readonly body: ReadableStream }) | null>;
};
type Statement = { readonly bind: (...values: readonly unknown[]) => Statement };
type Database = {
  readonly prepare: (sql: string) => Statement;
  readonly batch: (statements: Statement[]) => Promise<unknown>;
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
