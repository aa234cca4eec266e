/**
 * Others want memory too while a stage in memory fills: its download ends, and gives all back, before the kernel looks
 * for something to kill. That would be the largest process, which may be the one that routes.
 */
import { judgeMemory } from './judge-memory.ts';
import { MEMORY_LEAST_BYTES, MEMORY_LOOK_BYTES } from './limits.ts';
import type { Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';

export type MemoryWatch = {
  /** Aborted once memory is short, and with the run. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void;
  /** What was short; null where nothing was. */
  readonly shortage: () => StageFailure | null;
};

export function watchMemory({ directory, proof, platform }: Stage, signal: AbortSignal): MemoryWatch {
  const stop = new AbortController();
  let shortage: StageFailure | null = null;
  let nextLookBytes = 0;
  const look = async (lackingBytes: number) => {
    const wish = { platform, reserveBytes: MEMORY_LEAST_BYTES, except: directory };
    const judged = await judgeMemory(wish, lackingBytes);
    if (judged.ok) return;
    shortage = judged.failure;
    stop.abort();
  };
  return {
    signal: AbortSignal.any([signal, stop.signal]),
    onProgress: ({ doneBytes, totalBytes }) => {
      if (proof.kind === 'disk' || doneBytes < nextLookBytes) return;
      nextLookBytes = doneBytes + MEMORY_LOOK_BYTES;
      void look(totalBytes - doneBytes);
    },
    shortage: () => shortage,
  };
}
