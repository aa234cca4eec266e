/**
 * Threads that hash, compress and write chunks beside the one that cuts: half of a cut's work, and the half that can
 * be done anywhere. A chunk lies in memory that both see, so that it is copied once.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CHUNK_MAX_BYTES } from '../../shared/limits.ts';
import { CHUNK_WRITERS_MAX, CHUNKS_IN_FLIGHT } from '../limits.ts';

export type StoredChunk = {
  /** SHA-256 of the content. */
  readonly id: string;
  readonly storedBytes: number;
};

export type ChunkWriter = {
  /** Resolves when a chunk can be put; at most CHUNKS_IN_FLIGHT are under way. */
  readonly room: () => Promise<void>;
  /** Takes a copy of the content before it returns. Rejects with the system's error where it cannot be written. */
  readonly put: (content: Uint8Array) => Promise<StoredChunk>;
  /** Ends the threads; what is under way then is not written. */
  readonly end: () => Promise<void>;
};

export type WriteOrder = { readonly ticket: number; readonly content: Uint8Array };
export type WriteAnswer = { readonly ticket: number } & (StoredChunk | { readonly why: string });

type Thread = { readonly worker: Worker; pending: number };
type Waiting = {
  readonly resolve: (stored: StoredChunk) => void;
  readonly reject: (error: Error) => void;
};

/** Chunks go to `<id[0:4]>/<id>.cacnk` below `directory`, which is made when it is not there. */
export function beginWriting(directory: string): ChunkWriter {
  const threadsMax = Math.min(CHUNK_WRITERS_MAX, Math.max(1, availableParallelism() - 1));
  const threads: Thread[] = [];
  const waiting = new Map<number, Waiting>();
  const free: Uint8Array[] = [];
  let slots = 0;
  let tickets = 0;
  let wake: (() => void) | undefined;

  const newSlot = (): Uint8Array => {
    slots += 1;
    return new Uint8Array(new SharedArrayBuffer(CHUNK_MAX_BYTES));
  };
  const startThread = (): Thread => {
    const worker = new Worker(new URL('./chunk-thread.ts', import.meta.url), { workerData: directory });
    const thread = { worker, pending: 0 };
    worker.on('message', (answer: WriteAnswer) => {
      thread.pending -= 1;
      const waiter = waiting.get(answer.ticket);
      waiting.delete(answer.ticket);
      if ('why' in answer) waiter?.reject(new Error(answer.why));
      else waiter?.resolve({ id: answer.id, storedBytes: answer.storedBytes });
    });
    worker.on('error', (error) => {
      for (const { reject } of waiting.values()) reject(error instanceof Error ? error : new Error('thread'));
      waiting.clear();
    });
    threads.push(thread);
    return thread;
  };
  const leastBusy = (): Thread => {
    const best = threads.reduce<Thread | null>(
      (least, thread) => (least === null || thread.pending < least.pending ? thread : least),
      null,
    );
    if (best !== null && (best.pending === 0 || threads.length === threadsMax)) return best;
    return startThread();
  };

  return {
    room: async () => {
      while (free.length === 0 && slots === CHUNKS_IN_FLIGHT)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    put: async (content) => {
      const slot = free.pop() ?? newSlot();
      slot.set(content);
      const thread = leastBusy();
      const ticket = ++tickets;
      thread.pending += 1;
      try {
        return await new Promise<StoredChunk>((resolve, reject) => {
          waiting.set(ticket, { resolve, reject });
          const order: WriteOrder = { ticket, content: slot.subarray(0, content.length) };
          thread.worker.postMessage(order);
        });
      } finally {
        free.push(slot);
        wake?.();
      }
    },
    end: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}
