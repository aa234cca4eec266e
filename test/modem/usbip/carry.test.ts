import { expect, it } from 'vitest';
import { type PipeOwner, UsbPipe } from '../usb-pipe.ts';
import { readsPackets } from './carry.ts';
import type { QueuedUrb } from './endpoint-queue.ts';

const never = new AbortController().signal;

/** What URBs of these lengths get of messages of these lengths, in packets of 512 bytes; -75 is the status of a babble. */
async function read(
  messageBytes: readonly number[],
  urbBytes: readonly number[],
  { sendsZeroPackets }: { sendsZeroPackets: boolean },
): Promise<(number | 'waits')[]> {
  const owner: PipeOwner = {
    received: () => {},
    fateOf: () => 'happens',
    drained: () => {},
    sendsZeroPackets: () => sendsZeroPackets,
  };
  const pipe = new UsbPipe(owner);
  for (const bytes of messageBytes) pipe.send(new Uint8Array(bytes));
  const carry = readsPackets({ read: pipe.read.bind(pipe), write: pipe.write.bind(pipe), close() {} }, 512);
  const seen: (number | 'waits')[] = [];
  for (const lengthBytes of urbBytes) {
    const urb = { lengthBytes } as QueuedUrb;
    const carried = await Promise.race([
      carry(urb, never),
      new Promise((done) => setTimeout(done, 5, 'waits')),
    ]);
    if (carried === 'waits') return [...seen, 'waits'];
    const { status, actualBytes } = carried as { status: number; actualBytes: number };
    seen.push(status === 0 ? actualBytes : status);
  }
  return seen;
}

it.each([
  ['one message each', [100, 200], [4096, 4096], [100, 200]],
  ['a long message in pieces', [1300], [512, 512, 512], [512, 512, 276]],
  ['no end of a message that fills its packets', [512], [4096], ['waits']],
  ['what runs on into the next message', [512, 30], [4096], [542]],
  ['a message that fills the URB', [512, 30], [512, 512], [512, 30]],
  ['a babble where a packet has no room', [300], [100], [-75]],
] as const)('a URB gets %s', async (_what, messages, urbs, expected) => {
  expect(await read(messages, urbs, { sendsZeroPackets: false })).toEqual(expected);
});

it.each([
  ['ends a URB that has room left', [1024, 30], [4096, 4096], [1024, 30]],
  ['fills a URB of its own where the one before was full', [1024, 30], [1024, 1024, 1024], [1024, 0, 30]],
] as const)('a zero-length packet %s', async (_what, messages, urbs, expected) => {
  expect(await read(messages, urbs, { sendsZeroPackets: true })).toEqual(expected);
});
