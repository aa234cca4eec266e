/**
 * What the control groups of this process leave it of memory. MemAvailable is the machine's: in a container, or under
 * a systemd unit's MemoryMax, a tmpfs that fits the machine gets its writer killed (cgroups(7)).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CGROUP_DEPTH_MAX } from './limits.ts';

type Layout = {
  readonly root: string;
  readonly limit: string;
  readonly used: string;
  /** Field of memory.stat that says how much of it is cache and can be had back. */
  readonly cache: string;
};

const V2: Layout = {
  root: '/sys/fs/cgroup',
  limit: 'memory.max',
  used: 'memory.current',
  cache: 'inactive_file',
};
const V1: Layout = {
  root: '/sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  cache: 'total_inactive_file',
};

export type ReadText = (path: string) => string | null;

/** The least that any group from this process's up to the root leaves; null where none limits it. */
export function cgroupAvailableBytes(readText: ReadText = readIfThere): number | null {
  const ours = ownGroup(readText('/proc/self/cgroup') ?? '');
  if (ours === null) return null;
  const { layout, path } = ours;
  const parts = path.split('/').filter((part) => part !== '');
  let least: number | null = null;
  for (let depth = Math.min(parts.length, CGROUP_DEPTH_MAX); depth >= 0; depth--) {
    const left = leftIn(join(layout.root, ...parts.slice(0, depth)), layout, readText);
    if (left !== null) least = Math.min(least ?? left, left);
  }
  return least;
}

/** Lines are `id:controllers:path`; version 2 has the id 0 and no controllers. */
function ownGroup(text: string): { readonly layout: Layout; readonly path: string } | null {
  const groups = text.split('\n').map((line) => /^(\d+):([^:]*):(.*)$/.exec(line));
  const v1 = groups.find((group) => group?.[2]?.split(',').includes('memory'));
  if (v1) return { layout: V1, path: v1[3] ?? '/' };
  const v2 = groups.find((group) => group?.[1] === '0');
  return v2 ? { layout: V2, path: v2[3] ?? '/' } : null;
}

function leftIn(directory: string, layout: Layout, readText: ReadText): number | null {
  const limit = bytesIn(readText(join(directory, layout.limit)));
  const used = bytesIn(readText(join(directory, layout.used)));
  if (limit === null || used === null) return null;
  const stat = readText(join(directory, 'memory.stat')) ?? '';
  const cache = Number(new RegExp(`^${layout.cache} (\\d{1,18})$`, 'm').exec(stat)?.[1] ?? 0);
  return Math.max(0, limit - used + Math.min(cache, used));
}

/** null for `max`, and for nonsense. */
function bytesIn(text: string | null): number | null {
  return text !== null && /^\d{1,19}\s*$/.test(text) ? Number(text) : null;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
