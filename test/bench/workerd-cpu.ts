/**
 * Processor time of the workerd that runs a Worker. `wrangler dev` has two: one that forwards, one that runs the
 * Worker with R2 and D1 in it. The latter is known by the databases it holds open.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The process that holds files below `stateDirectory` open; null before it has served, and while it is replaced. */
export function findWorkerd(stateDirectory: string): number | null {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid) === 'workerd' && holdsOpen(pid, `${stateDirectory}/`));
  const [only] = found;
  return found.length === 1 ? Number(only) : null;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time of all its threads so far, in steps of a clock tick; null when it is gone (proc(5), stat, fields 14 and 15). */
export function cpuMsOf(pid: number): number | null {
  const stat = contentOf(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command may hold blanks and brackets; fields are counted from behind its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

function commandOf(pid: string): string {
  return contentOf(`/proc/${pid}/comm`)?.trim() ?? '';
}

function holdsOpen(pid: string, prefix: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => targetOf(`/proc/${pid}/fd/${fd}`).startsWith(prefix));
  } catch {
    return false;
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** Processes come and go while they are looked at. */
function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
