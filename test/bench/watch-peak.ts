/**
 * The most memory a program has resident, read from the kernel's own high-water mark (VmHWM of proc_pid_status(5))
 * while it runs: `wait4` would count the shell before exec. What grows in a program's last moments may be missed.
 */
import { readFileSync } from 'node:fs';
import { PEAK_INTERVAL_MS, PROCESSES_WATCHED_MAX } from './limits.ts';

export type PeakWatch = {
  /** Of every process below the one that is watched, its last mark, added up. Bytes. */
  readonly stop: () => number;
};

/** `rootId` itself does not count: it is the shell that measures. */
export function watchPeak(rootId: number | undefined): PeakWatch {
  const peaks = new Map<number, number>();
  const look = () => {
    for (const processId of descendants(rootId ?? 0)) {
      const peak = peakOf(processId);
      // The mark never falls but at exec, where the shell's gives way to the program's; a process that ends has none.
      if (peak > 0) peaks.set(processId, peak);
    }
  };
  const timer = setInterval(look, PEAK_INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return [...peaks.values()].reduce((all, peak) => all + peak, 0);
    },
  };
}

function descendants(rootId: number): readonly number[] {
  const found = [rootId];
  for (let i = 0; i < found.length && i < PROCESSES_WATCHED_MAX; i++) {
    const id = found[i];
    found.push(...read(`/proc/${id}/task/${id}/children`).split(' ').filter(Boolean).map(Number));
  }
  return found.slice(1);
}

function peakOf(processId: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${processId}/status`))?.[1];
  return Number(peak ?? 0) * 1024;
}

/** Empty where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
