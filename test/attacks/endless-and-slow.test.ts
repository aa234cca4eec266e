/** Answers that never end, or hardly come (TUF 1.5.2: endless data, slow retrieval): bounded in bytes and in time. */
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { REQUEST_ATTEMPTS_MAX } from '../../device/repository/limits.ts';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { POLL_MAX_BYTES, ROOT_MAX_BYTES, TIMESTAMP_MAX_BYTES } from '../../shared/limits.ts';

const at = setUpDevice();
/** What sockets and undici hold between a sender and a reader that has left. */
const IN_FLIGHT_MAX_BYTES = 8 * 1024 * 1024;

/** Writes until the reader leaves, as fast as it takes it; answers how much that was. */
function pourInto(path: string, before = ''): () => number {
  let sentBytes = 0;
  const piece = Buffer.alloc(64 * 1024, 'x');
  const pour = (response: ServerResponse) => {
    while (!response.destroyed) {
      sentBytes += piece.length;
      if (!response.write(piece)) return response.once('drain', () => pour(response));
    }
    return response;
  };
  at.server.intercept = (asked, response) => {
    if (!asked.endsWith(path)) return false;
    response.write(before);
    pour(response);
    return true;
  };
  return () => sentBytes;
}

describe('an endless answer', () => {
  it('to a poll is left at the bound, and not asked for again', async () => {
    const sent = pourInto('/poll', '{"format":"cistern-poll/1","timestamp":"');
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'answer-unreadable', problem: `more than ${POLL_MAX_BYTES} bytes` },
    });
    expect(sent()).toBeLessThan(POLL_MAX_BYTES + IN_FLIGHT_MAX_BYTES);
    expect(at.server.asked).toHaveLength(1);
  });

  it.each([
    ['2.root.json', ROOT_MAX_BYTES],
    ['timestamp.json', TIMESTAMP_MAX_BYTES],
  ])('of a mirror is left at the bound of the role: %s', async (file, maxBytes) => {
    at.server.answersPolls = false;
    const sent = pourInto(`/${file}`);
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'answer-unreadable', problem: `more than ${maxBytes} bytes` },
    });
    expect(sent()).toBeLessThan(maxBytes + IN_FLIGHT_MAX_BYTES);
  });

  it.each(['snapshot', 'targets', 'rollout'])(
    'of a mirror is left at the length that was signed: %s',
    async (role) => {
      at.server.answersPolls = false;
      const sent = pourInto(`/1.${role}.json`);
      expect(await at.refresh()).toMatchObject({ failure: { reason: 'answer-unreadable' } });
      expect(sent()).toBeLessThan(IN_FLIGHT_MAX_BYTES);
    },
  );

  it('to a target is left at the length that was signed', async () => {
    const sent = pourInto('.model.json');
    const lengthBytes = at.repository.documents['model.json']?.length;
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'answer-unreadable', problem: `more than ${lengthBytes} bytes` },
    });
    expect(sent()).toBeLessThan(IN_FLIGHT_MAX_BYTES);
  });
});

describe('an answer that hardly comes', () => {
  const requestTimeoutMs = 150;

  it.each([
    ['one byte at a time', 10],
    ['not at all', null],
  ])('is given up after its time, a bounded number of times: %s', async (_name, everyMs) => {
    const timers: NodeJS.Timeout[] = [];
    at.server.intercept = (path, response) => {
      if (!path.endsWith('/poll')) return false;
      if (everyMs !== null) timers.push(setInterval(() => response.write('x'), everyMs));
      return true;
    };
    const startedMs = performance.now();
    expect(await at.refresh({ requestTimeoutMs })).toMatchObject({
      failure: { reason: 'repository-unreachable', code: 'timed-out' },
    });
    for (const timer of timers) clearInterval(timer);
    expect(performance.now() - startedMs).toBeLessThan(REQUEST_ATTEMPTS_MAX * requestTimeoutMs + 2000);
    expect(at.server.asked).toHaveLength(REQUEST_ATTEMPTS_MAX);
  });
});
