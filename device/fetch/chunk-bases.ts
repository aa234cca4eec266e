/**
 * Where chunks may come from, in the order they are tried: a directory (a USB stick), a mirror on the LAN, and last
 * the repository. All hold the same bytes, which prove themselves by their hash; a base that fails too often is not
 * asked again in this run.
 */
import { join } from 'node:path';
import { BASE_FAILURES_MAX } from './limits.ts';

export type ChunkBase =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'http';
      /** Without `/v1`. */
      readonly url: string;
      /** A base that others stand in for is given up sooner. */
      readonly patience: 'little' | 'all';
    };

export type ChunkBases = {
  /** Those that are still worth asking; the last one always is. */
  readonly inOrder: () => readonly ChunkBase[];
  readonly isUsable: (base: ChunkBase) => boolean;
  /** True when the base is given up with this; `forGood` at once. */
  readonly hasFailed: (base: ChunkBase, options: { readonly forGood: boolean }) => boolean;
  /**
   * Reads of directories, one after the other: one whose server has gone holds a thread of the pool for ever, and the
   * stage needs them too.
   */
  readonly inTurn: <T>(read: () => Promise<T>) => Promise<T>;
};

/** `mirrors` are directories or addresses, as they were given. */
export function chunkBases(mirrors: readonly string[], repositoryUrl: string): ChunkBases {
  const all = [...mirrors.map(readMirror), { kind: 'http', url: repositoryUrl, patience: 'all' } as const];
  const last = all.at(-1);
  const failures = new Map<ChunkBase, number>();
  const isUsable = (base: ChunkBase) => base === last || (failures.get(base) ?? 0) < BASE_FAILURES_MAX;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    inOrder: () => all.filter(isUsable),
    isUsable,
    hasFailed: (base, { forGood }) => {
      const wasUsable = isUsable(base);
      failures.set(base, forGood ? BASE_FAILURES_MAX : (failures.get(base) ?? 0) + 1);
      return wasUsable && !isUsable(base);
    },
    inTurn: (read) => {
      const next = turn.then(read);
      turn = next.catch(() => {});
      return next;
    },
  };
}

/** Where a directory that was named may hold chunks: a mirror's, whichever way it was made, or a bare casync store. */
export function storesIn(directory: string): readonly string[] {
  return ['v1/chunks', 'chunks', '.'].map((layout) => join(directory, layout));
}

export function nameOfBase(base: ChunkBase): string {
  return base.kind === 'http' ? base.url : base.path;
}

/** What a person gave as a mirror. */
export function readMirror(mirror: string): ChunkBase {
  return /^https?:/i.test(mirror)
    ? { kind: 'http', url: mirror, patience: 'little' }
    : { kind: 'directory', path: mirror.replace(/^file:\/\//, '') };
}
