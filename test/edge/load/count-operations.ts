/**
 * R2, D1 and the queue with every operation counted, for the request that causes it: what the platform charges by. An
 * operation that is not known here throws, so that none goes uncounted.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Cost, noCost } from '../../load/cost.ts';

const causedBy = new AsyncLocalStorage<Cost>();

/** Runs it, and answers what it cost beside what it answered. */
export async function costOf<T>(run: () => Promise<T>): Promise<{ readonly answer: T; readonly cost: Cost }> {
  const cost = noCost();
  return { answer: await causedBy.run(cost, run), cost };
}

/** Class A is what writes or lists, class B what reads; deleting is free. */
const R2_CLASS = {
  get: 'r2ClassB',
  head: 'r2ClassB',
  put: 'r2ClassA',
  list: 'r2ClassA',
  delete: null,
} as const;

export function countedBucket(bucket: R2Bucket): R2Bucket {
  return new Proxy(bucket, {
    get(target, name) {
      // A promise asks what it is resolved with whether that is one, too.
      if (name === 'then') return undefined;
      if (!Object.hasOwn(R2_CLASS, name)) throw new Error(`R2 ${String(name)} is not counted`);
      const operation = name as keyof typeof R2_CLASS;
      const call = target[operation].bind(target) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        const charged = R2_CLASS[operation];
        if (charged !== null) add({ [charged]: 1 });
        return call(...args);
      };
    },
  });
}

/** Statements as D1 made them: a batch takes no others. */
const plain = new WeakMap<object, D1PreparedStatement>();

export function countedDatabase(db: D1Database): D1Database {
  const counted = {
    prepare: (sql: string) => countedStatement(db.prepare(sql)),
    async batch(statements: D1PreparedStatement[]) {
      const results = await db.batch(statements.map((statement) => plain.get(statement) ?? statement));
      for (const result of results) addQuery(result);
      return results;
    },
  };
  return known(counted, 'D1') as unknown as D1Database;
}

function countedStatement(statement: D1PreparedStatement): D1PreparedStatement {
  const all = async () => {
    const result = await statement.all<Record<string, unknown>>();
    addQuery(result);
    return result;
  };
  const counted = {
    bind: (...values: unknown[]) => countedStatement(statement.bind(...values)),
    all,
    run: all,
    async first(column?: string) {
      const row = (await all()).results[0] ?? null;
      return column === undefined || row === null ? row : (row[column] ?? null);
    },
  };
  const proxy = known(counted, 'a D1 statement') as unknown as D1PreparedStatement;
  plain.set(proxy, statement);
  return proxy;
}

export function countedQueue<Body>(queue: Queue<Body>): Queue<Body> {
  const counted = {
    send(body: Body) {
      add({ queueMessages: 1 });
      return queue.send(body);
    },
    // Asking how much waits is not charged.
    metrics: () => queue.metrics(),
  };
  return known(counted, 'the queue') as unknown as Queue<Body>;
}

function known<T extends object>(counted: T, whose: string): T {
  return new Proxy(counted, {
    get(target, name) {
      // A promise that is resolved with it looks for this.
      if (name === 'then') return undefined;
      if (!Object.hasOwn(target, name)) throw new Error(`${String(name)} of ${whose} is not counted`);
      return Reflect.get(target, name);
    },
  });
}

function addQuery({ meta }: D1Result): void {
  add({ d1Queries: 1, d1RowsRead: meta.rows_read, d1RowsWritten: meta.rows_written });
}

function add(charged: Partial<Cost>): void {
  const cost = causedBy.getStore();
  if (cost === undefined) return;
  for (const [kind, count] of Object.entries(charged)) cost[kind as keyof Cost] += count;
}
