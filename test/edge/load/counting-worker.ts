/**
 * Entry for `npm run load`: the Worker as it is, on bindings that count, behind the little of Cloudflare's front that
 * `wrangler dev` does not play: a device's own address. It also fills the catalogue, and says what it counted.
 */
import worker from '../../../edge/worker.ts';
import { addCost, type KindCost, noCost } from '../../load/cost.ts';
import { ADDRESS_FIELD, type Counts, KIND_FIELD, QUEUE_KIND } from '../../load/wire.ts';
import { copyModels } from '../../support/copy-models.ts';
import { costOf, countedBucket, countedDatabase, countedQueue } from './count-operations.ts';

type Env = {
  readonly FIRMWARE: R2Bucket;
  readonly ARCHIVE: R2Bucket;
  readonly DB: D1Database;
  readonly REPORTS: Queue<unknown>;
};

/** Another one after the Worker was loaded anew, which ends the counting. */
let isolateId: string | null = null;
const counted = new Map<string, KindCost>();

function countedEnv(env: Env): Env {
  return {
    ...env,
    FIRMWARE: countedBucket(env.FIRMWARE),
    ARCHIVE: countedBucket(env.ARCHIVE),
    DB: countedDatabase(env.DB),
    REPORTS: countedQueue(env.REPORTS),
  };
}

async function count<T>(kind: string, many: number, run: () => Promise<T>): Promise<T> {
  const { answer, cost } = await costOf(run);
  const sofar = counted.get(kind) ?? { count: 0, cost: noCost() };
  counted.set(kind, sofar);
  sofar.count += many;
  addCost(sofar.cost, cost);
  return answer;
}

// biome-ignore lint/style/noDefaultExport: the runtime takes a Worker's entry from there.
export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/load/models') {
      const number = (name: string) => Number(searchParams.get(name));
      const original = searchParams.get('original') ?? '';
      const copies = {
        original,
        from: number('from'),
        count: number('count'),
        wholeEvery: number('wholeEvery'),
      };
      await copyModels(env.FIRMWARE, env.DB, copies);
      return new Response(null, { status: 204 });
    }
    if (pathname === '/load/counts') return Response.json(await countsOf(env.DB));
    const headers = new Headers(request.headers);
    headers.set('cf-connecting-ip', headers.get(ADDRESS_FIELD) ?? '127.0.0.1');
    const kind = headers.get(KIND_FIELD) ?? 'other';
    return count(kind, 1, () => worker.fetch(new Request(request, { headers }), countedEnv(env), context));
  },

  queue: (batch: MessageBatch<unknown>, env: Env): Promise<void> =>
    count(QUEUE_KIND, batch.messages.length, () => worker.queue(batch, countedEnv(env))),
};

async function countsOf(db: D1Database): Promise<Counts> {
  const { results, meta } = await db
    .prepare('SELECT count(*) AS stored FROM reports')
    .all<{ stored: number }>();
  // Not above: a Worker has no randomness before its first request.
  isolateId ??= crypto.randomUUID();
  return {
    isolateId,
    reportsStored: results[0]?.stored ?? 0,
    databaseBytes: meta.size_after,
    kinds: Object.fromEntries(counted),
  };
}
