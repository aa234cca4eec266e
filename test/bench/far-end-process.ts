/** `far-end.ts` forks this: serves the directory that is named, and opens and closes lines to it as it is told. */

import { serveRanges } from '../support/range-server.ts';
import type { FarEndAnswer, FarEndOrder } from './far-end.ts';
import { type Line, openLine } from './line.ts';

const server = await serveRanges(process.argv[2] ?? '.');
const lines = new Map<string, Line>();

process.on('message', async (order: FarEndOrder) => process.send?.(await carryOut(order)));
process.on('disconnect', () => process.exit());

async function carryOut(order: FarEndOrder): Promise<FarEndAnswer> {
  if ('open' in order) {
    const line = await openLine(server.url, order.open);
    lines.set(line.url, line);
    return { url: line.url };
  }
  const line = lines.get(order.close);
  if (line === undefined) throw new Error(`no line ${order.close}`);
  lines.delete(order.close);
  const count = line.count();
  await line.close();
  return { count };
}
