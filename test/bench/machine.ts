/** What the figures were measured on, and what else ran: a figure without that is not one. */
import { cpus, loadavg, release, totalmem } from 'node:os';

export function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const gigabytes = (totalmem() / 1e9).toFixed(0);
  const load = loadavg().map((average) => average.toFixed(1));
  return (
    `${new Date().toISOString()}: ${processors.length} × ${model}, ${gigabytes} GB, Linux ${release()}, Node ${process.version}; ` +
    `load average ${load.join(', ')} (1, 5, 15 min) at the end, this bench included`
  );
}
