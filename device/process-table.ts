/**
 * Which process holds what lies in a file. It outlives the process, and a power cut, after which the process id may be
 * another program's: boot and start time tell the two apart.
 */
import { readFileSync } from 'node:fs';

/** Which process is which: an id alone is given away anew, after a reboot or 32768 processes later. */
export type ProcessTable = {
  readonly ownPid: number;
  readonly isAlive: (pid: number) => boolean;
  /** This boot of the machine (random(4)); null where the kernel does not say. */
  readonly bootId: () => string | null;
  /** When it began, in clock ticks since the boot (proc_pid_stat(5), field 22); null where that cannot be seen. */
  readonly startTimeOf: (pid: number) => string | null;
};

const UNKNOWN = '-';

/** What says in a file who holds something: `pid boot start`, start in clock ticks since that boot. */
export function ownerText({ ownPid, bootId, startTimeOf }: ProcessTable): string {
  return `${ownPid} ${bootId() ?? UNKNOWN} ${startTimeOf(ownPid) ?? UNKNOWN}\n`;
}

/** The owner's process id; null where it is gone, or the text is none that an owner writes. */
export function livingOwner(text: string, { isAlive, bootId, startTimeOf }: ProcessTable): number | null {
  const said = /^([1-9]\d{0,9}) (\S{1,64}) (\S{1,32})\n$/.exec(text);
  if (said === null) return null;
  const [, number, boot = UNKNOWN, start = UNKNOWN] = said;
  const pid = Number(number);
  if (isOther(boot, bootId()) || !isAlive(pid) || isOther(start, startTimeOf(pid))) return null;
  return pid;
}

/** What one side does not know proves nothing. */
function isOther(said: string, seen: string | null): boolean {
  return said !== UNKNOWN && seen !== null && said !== seen;
}

export const systemProcesses: ProcessTable = {
  ownPid: process.pid,
  isAlive: (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
  bootId: () => /^[0-9a-f-]{36}$/.exec(readProc('sys/kernel/random/boot_id').trim())?.[0] ?? null,
  // The name before it, field 2, stands in parentheses and may hold any character.
  startTimeOf: (pid) => /^.*\) (?:\S+ ){19}(\d+) /s.exec(readProc(`${pid}/stat`))?.[1] ?? null,
};

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return '';
  }
}
