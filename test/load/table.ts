/** A load run as Markdown: latency and cost of each kind of request, and what went wrong. */
import { percentile } from '../bench/statistics.ts';
import { type Cost, type KindCost, noCost } from './cost.ts';
import { KINDS } from './send.ts';
import type { Tally } from './tally.ts';
import { QUEUE_KIND } from './wire.ts';

const HEADINGS = [
  ...['kind', 'requests', 'errors', 'p50 ms', 'p99 ms'],
  ...['R2 class A', 'R2 class B', 'D1 queries', 'D1 rows read', 'D1 rows written', 'queue messages'],
] as const;

/** Costs are by request: of all requests of that kind, divided by their number. */
export function loadTable(tally: Tally, costs: Readonly<Record<string, KindCost>>): string {
  const rows = KINDS.map((kind) => {
    const { latenciesMs, errorCount } = tally[kind];
    const at = (share: number) =>
      latenciesMs.length === 0 ? '-' : percentile(latenciesMs, share).toFixed(1);
    return [kind, latenciesMs.length, errorCount, at(0.5), at(0.99), ...costCells(costs[kind])];
  });
  rows.push([QUEUE_KIND, costs[QUEUE_KIND]?.count ?? 0, '-', '-', '-', ...costCells(costs[QUEUE_KIND])]);
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(HEADINGS), line(HEADINGS.map(() => '---')), ...rows.map(line), ''].join('\n');
}

function costCells(of: KindCost = { count: 0, cost: noCost() }): string[] {
  const order: (keyof Cost)[] = [
    ...(['r2ClassA', 'r2ClassB', 'd1Queries', 'd1RowsRead', 'd1RowsWritten', 'queueMessages'] as const),
  ];
  return order.map((name) => (of.count === 0 ? '-' : perRequest(of.cost[name] / of.count)));
}

function perRequest(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
