/** Processor time of a running process, from /proc: what it used itself and what the kernel did in its calls. */
import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second (USER_HZ). */
const TICK_MS = 10;
/** Fields of /proc/PID/stat behind the name, which may hold spaces: utime and stime. */
const USER_TIME_INDEX = 11;

/** Milliseconds; `undefined` when the process is gone. */
export function processorTimeMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[USER_TIME_INDEX]) + Number(fields[USER_TIME_INDEX + 1])) * TICK_MS;
  } catch {
    return undefined;
  }
}
