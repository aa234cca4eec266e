/** What the platform charges for: operations of R2 and of the queue, rows of D1. */
export type Cost = {
  /** Writes and listings. */
  r2ClassA: number;
  /** Reads. */
  r2ClassB: number;
  d1Queries: number;
  d1RowsRead: number;
  d1RowsWritten: number;
  /** Each is written, read and deleted: three operations. */
  queueMessages: number;
};

/** What was charged for requests of one kind together. */
export type KindCost = { count: number; cost: Cost };

export function noCost(): Cost {
  return { r2ClassA: 0, r2ClassB: 0, d1Queries: 0, d1RowsRead: 0, d1RowsWritten: 0, queueMessages: 0 };
}

export function addCost(to: Cost, more: Readonly<Cost>): void {
  for (const kind of Object.keys(more) as (keyof Cost)[]) to[kind] += more[kind];
}
