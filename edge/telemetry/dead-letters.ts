/**
 * Messages that were tried for half a day in vain: kept in the archive, and brought back to the queue when D1 answers
 * again. None of these ends by itself; what nobody can read goes after as long as reports are kept.
 */
import { DEAD_LETTERS_REVIVED_MAX } from '../limits.ts';
import { UNREADABLE } from './archive.ts';
import { type Queued, queuedSchema, readMessage } from './queued.ts';

/** Waits for D1. */
const DEAD = 'dead/';

export async function keepDeadLetters(batch: MessageBatch<unknown>, archive: R2Bucket): Promise<void> {
  for (const message of batch.messages) {
    const sentOn = message.timestamp.toISOString().slice(0, 10);
    const prefix = readMessage(message.body).ok ? DEAD : `${UNREADABLE}${sentOn}/`;
    const key = `${prefix}${message.id}.json`;
    await archive.put(key, JSON.stringify(message.body));
    message.ack();
    console.error(JSON.stringify({ event: 'dead-letter-kept', key }));
  }
}

/** Sends some of them again, and removes those that the queue took; how many. */
export async function reviveDeadLetters(archive: R2Bucket, queue: Queue<Queued>): Promise<number> {
  const { objects } = await archive.list({ prefix: DEAD, limit: DEAD_LETTERS_REVIVED_MAX });
  let revived = 0;
  for (const { key } of objects) {
    const object = await archive.get(key);
    const read = object === null ? null : queuedSchema.safeParse(await object.json());
    if (read?.success !== true) continue;
    await queue.send(read.data);
    await archive.delete(key);
    revived++;
  }
  return revived;
}

/** How many lie there, counted up to a page of a listing. */
export async function countDeadLetters(
  archive: R2Bucket,
): Promise<{ readonly dead: number; readonly unreadable: number }> {
  const [dead, unreadable] = await Promise.all(
    [DEAD, UNREADABLE].map(async (prefix) => (await archive.list({ prefix })).objects.length),
  );
  return { dead: dead ?? 0, unreadable: unreadable ?? 0 };
}
