/**
 * Threads that compress and write chunks beside the one that cuts and hashes. A chunk lies in memory that both see, so
 * that it is copied once.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { chunkPath } from '../../shared/caibx.ts';
import { CHUNK_MAX_BYTES, CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { CHUNK_WRITERS_MAX, CHUNKS_IN_FLIGHT } from '../limits.ts';

export type ChunkWriter = {
  /** Resolves when a chunk can be put; at most CHUNKS_IN_FLIGHT are under way. */
  readonly room: () => Promise<void>;
  /**
   * Keeps a chunk; answers its compressed size in bytes. Takes a copy of the content before it returns. Rejects with the
   * system's error where it cannot be written.
   */
  readonly put: (id: string, content: Uint8Array) => Promise<number>;
  /** Ends the threads; what is under way then is not written. */
  readonly end: () => Promise<void>;
};

/** What a thread is started with. */
export type ThreadTask = { readonly frameMaxBytes: number };
export type WriteOrder = { readonly ticket: number; readonly path: string; readonly content: Uint8Array };
export type WriteAnswer = { readonly ticket: number } & (
  | { readonly storedBytes: number }
  | { readonly why: string }
);

type Thread = { readonly worker: Worker; pending: number };
type Waiting = {
  readonly resolve: (storedBytes: number) => void;
  readonly reject: (error: Error) => void;
};

const task: ThreadTask = { frameMaxBytes: CHUNK_STORED_MAX_BYTES };

/** Chunks go to `<id[0:4]>/<id>.cacnk` below `directory`, which is made when it is not there. Each is put once. */
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
    const worker = new Worker(new URL('./chunk-thread.ts', import.meta.url), { workerData: task });
    const thread = { worker, pending: 0 };
    worker.on('message', (answer: WriteAnswer) => {
      thread.pending -= 1;
      const waiter = waiting.get(answer.ticket);
      waiting.delete(answer.ticket);
      if ('why' in answer) waiter?.reject(new Error(answer.why));
      else waiter?.resolve(answer.storedBytes);
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
    put: async (id, content) => {
      const slot = free.pop() ?? newSlot();
      slot.set(content);
      const thread = leastBusy();
      const ticket = ++tickets;
      thread.pending += 1;
      try {
        return await new Promise<number>((resolve, reject) => {
          waiting.set(ticket, { resolve, reject });
          const path = join(directory, chunkPath(id));
          const order: WriteOrder = { ticket, path, content: slot.subarray(0, content.length) };
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
