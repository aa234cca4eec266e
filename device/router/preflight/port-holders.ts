/** Who holds a device node open: the links in /proc/<pid>/fd (proc(5)). Needs root to see the processes of others. */
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OPEN_FILES_MAX } from '../limits.ts';
import { readProcesses } from '../machine.ts';
import type { PortHolder } from './facts.ts';

/** `ownPid` and its children's pipes are ours; only other processes are named. */
export async function portHolders(
  proc: string,
  nodes: readonly string[],
  ownPid: number,
): Promise<readonly PortHolder[]> {
  const holders: PortHolder[] = [];
  for (const { pid, names } of await readProcesses(proc)) {
    if (pid === ownPid) continue;
    const directory = join(proc, String(pid), 'fd');
    const open = (await readdir(directory).catch(() => [])).slice(0, OPEN_FILES_MAX);
    const targets = await Promise.all(open.map((fd) => readlink(join(directory, fd)).catch(() => '')));
    const held = nodes.filter((node) => targets.includes(node));
    if (held.length > 0) holders.push({ pid, name: names.at(-1) ?? '', nodes: held });
  }
  return holders;
}
