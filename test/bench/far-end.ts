/** The server and the lines to it, in a process of their own: what they cost must not be what a client is said to cost. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { LineCount, LineShape } from './line.ts';

/** To the process; it answers each with one `FarEndAnswer`. */
export type FarEndOrder = { readonly open: LineShape } | { readonly close: string };
export type FarEndAnswer = { readonly url: string } | { readonly count: LineCount };

export type FarEnd = {
  /** One line at a time: counts are of its own traffic alone. */
  readonly openLine: (shape: LineShape) => Promise<RemoteLine>;
  readonly stop: () => Promise<void>;
};

export type RemoteLine = {
  readonly url: string;
  /** Answers what passed. */
  readonly close: () => Promise<LineCount>;
};

export function startFarEnd(directory: string): FarEnd {
  const child = fork(new URL('./far-end-process.ts', import.meta.url), [directory]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the far end ended with ${code}`);
  });
  ended.catch(() => {});
  const ask = async (order: FarEndOrder): Promise<FarEndAnswer> => {
    child.send(order);
    const [answer] = await Promise.race([once(child, 'message'), ended]);
    return answer as FarEndAnswer;
  };
  return {
    openLine: async (shape) => {
      const opened = await ask({ open: shape });
      if (!('url' in opened)) throw new Error('the far end opened no line');
      const { url } = opened;
      return {
        url,
        close: async () => {
          const closed = await ask({ close: url });
          if (!('count' in closed)) throw new Error('the far end counted nothing');
          return closed.count;
        },
      };
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}
