/** Memory for chunks on their way, used again: a page that was touched once costs nothing the second time. */
import { giveBack } from '../../shared/give-back.ts';
import { PARALLEL_CHUNKS, PART_FIRST_BYTES } from './limits.ts';

export type PartMemories = {
  readonly take: () => Uint8Array;
  /** The next part may have it, grown or not. */
  readonly leave: (memory: Uint8Array) => void;
  /** At the end, to the system. */
  readonly giveAllBack: () => void;
};

export function partMemories(): PartMemories {
  const free: Uint8Array[] = [];
  return {
    take: () => free.pop() ?? new Uint8Array(PART_FIRST_BYTES),
    // A part that lay there brings its own.
    leave: (memory) => void (free.length < PARALLEL_CHUNKS ? free.push(memory) : giveBack(memory)),
    giveAllBack: () => {
      for (const memory of free.splice(0)) giveBack(memory);
    },
  };
}
