/** The queue as a test drives it: what was sent waits, and is delivered to the real consumer when the test says so. */
import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  type QueueResult,
} from 'cloudflare:test';
import type { Queued } from '../../edge/telemetry/queued.ts';
import { START_MS } from './start.ts';

export type TestQueue = {
  readonly queue: Queue<Queued>;
  readonly waiting: Queued[];
  /** Hands all that waits to the consumer, as one batch; what it does not acknowledge waits on. */
  readonly deliver: (consume: (batch: MessageBatch<unknown>) => Promise<unknown>) => Promise<QueueResult>;
  /** While true, nothing can be sent. */
  isDown: boolean;
};

/** What the platform takes. */
const SENT_AT_ONCE_MAX = 100;

export function aQueue(): TestQueue {
  const waiting: Queued[] = [];
  let count = 0;
  const send = async (...bodies: Queued[]) => {
    if (made.isDown) throw new Error('the queue is down');
    if (bodies.length > SENT_AT_ONCE_MAX) throw new Error('Too Many Messages');
    // As the platform does it: what cannot be written as JSON cannot be sent.
    for (const body of bodies) waiting.push(JSON.parse(JSON.stringify(body)));
  };
  const queue = {
    metrics: async () => ({ backlogCount: waiting.length, backlogBytes: 0 }),
    send: (body: Queued) => send(body),
    sendBatch: (messages: Iterable<{ body: Queued }>) => send(...[...messages].map(({ body }) => body)),
  };
  const made: TestQueue = {
    queue: queue as unknown as Queue<Queued>,
    waiting,
    isDown: false,
    async deliver(consume) {
      const messages = waiting.splice(0).map((body) => ({
        id: `m${++count}`,
        timestamp: new Date(START_MS),
        attempts: 1,
        body,
      }));
      const batch = createMessageBatch('cistern-reports', messages);
      await consume(batch);
      const result = await getQueueResult(batch, createExecutionContext());
      const acknowledged = new Set(result.explicitAcks);
      const isAcknowledged = (id: string) =>
        (result.ackAll || acknowledged.has(id)) && !result.retryMessages.some(({ msgId }) => msgId === id);
      waiting.unshift(...messages.filter(({ id }) => !isAcknowledged(id)).map(({ body }) => body));
      return result;
    },
  };
  return made;
}
