import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../shared/bytes.ts';
import { err, ok } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { scriptedPipe } from '../transport/scripted-pipe.ts';
import {
  DEFAULT_FIREHOSE_TIMINGS,
  DOCUMENT_MAX_BYTES,
  DOCUMENTS_PER_REPLY_MAX,
  DRAIN_MAX_MS,
  LOGS_KEPT_MAX,
  REPLY_PROLONGED_MAX,
} from './limits.ts';
import { FirehoseLink } from './link.ts';
import { ACK, cutAt, log, NAK, programmer, response } from './scripted-programmer.ts';

const linkTo = (hears: readonly (string | Uint8Array)[]) =>
  new FirehoseLink(scriptedPipe({ hears }), DEFAULT_FIREHOSE_TIMINGS, { nowMs: () => 0 });
const soon = { timeoutMs: 1 };

/** Nothing waits when it is drained; then the write is not taken before something was read, or ever. */
function holdingUp(hears: readonly string[], neverMs?: number) {
  const queue = hears.map(utf8);
  let reads = 0;
  let isDrained = false;
  let take = () => {};
  const pipe: Pipe = {
    transferIn: async (_, { timeoutMs }) => {
      const next = isDrained ? queue.shift() : undefined;
      isDrained = true;
      if (next !== undefined) {
        reads += 1;
        if (neverMs === undefined) take();
        return ok(next);
      }
      await new Promise((resolve) => setTimeout(resolve, timeoutMs));
      return err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs });
    },
    transferOut: (_, { timeoutMs }) =>
      new Promise((resolve) => {
        take = () => resolve(ok());
        const late = { reason: 'transfer-timed-out', direction: 'out', timeoutMs } as const;
        if (neverMs !== undefined) setTimeout(() => resolve(err(late)), neverMs);
      }),
    close: async () => {},
  };
  return { pipe, reads: () => reads };
}

describe('a reply', () => {
  it('is the response with the logs before it', async () => {
    expect(await linkTo([log('a'), log('b'), ACK]).awaitReply('erase', soon)).toMatchObject({
      ok: true,
      value: { logs: ['a', 'b'], response: { acknowledged: true } },
    });
  });

  it('is the same with all documents in one read, or cut anywhere', async () => {
    const stream = log('a &lt; b') + log('c') + ACK + log('after');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(stream.length)), async (cuts) => {
        const link = linkTo(cutAt(stream, ...cuts));
        expect(await link.awaitReply('erase', soon)).toMatchObject({
          ok: true,
          value: { logs: ['a < b', 'c'] },
        });
        expect(await link.drainLogs({ firstMs: 1, quietMs: 1 })).toEqual({ ok: true, value: ['after'] });
      }),
    );
  });

  it('leaves what follows it to who reads next: raw bytes are not lost in framing', async () => {
    const link = linkTo([Uint8Array.from([...(cutAt(ACK)[0] ?? []), 0xaa, 0xbb, 0xcc]), Uint8Array.of(0xdd)]);
    await link.awaitReply('read', soon);
    const pieces = [];
    for (let i = 0; i < 3; i++) pieces.push(await link.readRaw(2, soon));
    expect(pieces.map((piece) => piece.ok && toHex(piece.value))).toEqual(['aabb', 'cc', 'dd']);
  });

  it('passes over empty transfers', async () => {
    const empty = new Uint8Array();
    expect(await linkTo([empty, log('a'), empty, empty, ACK]).awaitReply('erase', soon)).toMatchObject({
      ok: true,
    });
  });

  it('of NAK takes the logs that say why along, though they come behind it (edl 1c)', async () => {
    const link = linkTo([log('before'), NAK, log('ERROR 21: Line 2459: HANDLE_PROGRAM_FAILURE')]);
    expect(await link.awaitReply('program', soon)).toMatchObject({
      ok: true,
      value: {
        response: { acknowledged: false },
        logs: ['before', 'ERROR 21: Line 2459: HANDLE_PROGRAM_FAILURE'],
      },
    });
  });

  it('keeps the last logs of many', async () => {
    const many = Array.from({ length: LOGS_KEPT_MAX + 10 }, (_, i) => log(String(i)));
    const reply = await linkTo([...many, ACK]).awaitReply('erase', soon);
    expect(reply.ok && [reply.value.logs.length, reply.value.logs[0]]).toEqual([LOGS_KEPT_MAX, '10']);
  });

  it.each([
    ['silence', [], { reason: 'firehose-silent', command: 'erase', timeoutMs: 1 }],
    ['logs and then silence', [log('a')], { reason: 'firehose-silent' }],
    [
      'logs without end',
      Array.from({ length: DOCUMENTS_PER_REPLY_MAX + 5 }, () => log('a')),
      { reason: 'firehose-too-talkative', command: 'erase' },
    ],
    [
      'a document without end',
      Array.from({ length: 40 }, () => 'x'.repeat(1000)),
      { reason: 'firehose-document-invalid' },
    ],
    ['what is no document', ['hello</data>'], { reason: 'firehose-document-invalid' }],
  ])('ends with %s', async (_, hears, failure) => {
    expect(await linkTo(hears).awaitReply('erase', soon)).toMatchObject({ ok: false, failure });
  });
});

describe('a command', () => {
  it('is written once the logs of the last one are read: writes fail while they are pending', async () => {
    const { link, pipe } = programmer({ erase: [ACK] }, { hears: [log('late'), log('later')] });
    expect(await link.command('erase', [['start_sector', '0']], soon)).toMatchObject({
      ok: true,
      value: { logs: [] },
    });
    expect(pipe.unread()).toBe(0);
  });

  it('does not take an answer that came before it for its own', async () => {
    const { link } = programmer({ erase: [NAK] }, { hears: [ACK] });
    const reply = await link.command('erase', [], soon);
    expect(reply.ok && reply.value.response.acknowledged).toBe(false);
  });

  it('that is held up by a late log is taken once that was read', async () => {
    const heard: string[] = [];
    const { pipe } = holdingUp([log('late'), ACK]);
    const link = new FirehoseLink(pipe, DEFAULT_FIREHOSE_TIMINGS, { onLog: (text) => heard.push(text) });
    const reply = await link.command('erase', [], { timeoutMs: 100 });
    expect(reply).toMatchObject({ ok: true, value: { response: { acknowledged: true } } });
    expect(heard).toEqual(['late']);
  });

  it.each([
    ['nothing', [], 1],
    ['more than anybody can mean', Array.from({ length: 50 }, () => 'x'.repeat(1000)), 18],
  ])('that is never taken ends with its own timeout, with %s to read', async (_, hears, readMax) => {
    const { pipe, reads } = holdingUp(hears, 120);
    const link = new FirehoseLink(pipe, { ...DEFAULT_FIREHOSE_TIMINGS, writeMs: 120 });
    expect(await link.command('erase', [], soon)).toMatchObject({
      failure: { reason: 'transfer-timed-out', direction: 'out' },
    });
    expect(reads()).toBeLessThanOrEqual(readMax);
  });

  it.each([
    ['when it is written', { takesUntil: 0 }],
    ['before it is written', { ends: { reason: 'modem-disconnected' as const } }],
  ])('says that the modem went %s', async (_, script) => {
    const { link } = programmer({}, script);
    expect(await link.command('erase', [], soon)).toEqual({
      ok: false,
      failure: { reason: 'modem-disconnected' },
    });
  });

  it('ends at once when it is interrupted', async () => {
    const { link, pipe } = programmer({ erase: [ACK] });
    const options = { timeoutMs: 1, signal: AbortSignal.abort() };
    expect(await link.command('erase', [], options)).toEqual({
      ok: false,
      failure: { reason: 'interrupted' },
    });
    expect(pipe.sent).toEqual([]);
  });
});

describe('a modem that is never done', () => {
  /** Each transfer takes as long as it may, less a moment. */
  const slowly = (transfers: () => Uint8Array) => {
    let nowMs = 0;
    const pipe: Pipe = {
      transferIn: async (_, { timeoutMs }) => {
        nowMs += timeoutMs - 0.5;
        return ok(Uint8Array.from(transfers()));
      },
      transferOut: async () => ok(),
      close: async () => {},
    };
    const link = new FirehoseLink(pipe, DEFAULT_FIREHOSE_TIMINGS, { nowMs: () => nowMs });
    return { link, nowMs: () => nowMs };
  };

  it.each([
    ['logs', () => utf8(log('a')), 'firehose-too-talkative'],
    ['bytes of one document', () => Uint8Array.of(0x61), 'firehose-silent'],
    ['empty transfers', () => new Uint8Array(), 'firehose-silent'],
  ])('is waited for no longer for its %s than a few timeouts', async (_, transfers, reason) => {
    const { link, nowMs } = slowly(transfers);
    expect(await link.awaitReply('erase', { timeoutMs: 1000 })).toMatchObject({ failure: { reason } });
    expect(nowMs()).toBeLessThanOrEqual(1000 * REPLY_PROLONGED_MAX);
  });

  it('is drained for a minute at most', async () => {
    const { link, nowMs } = slowly(() => utf8(log('a')));
    const drained = await link.drainLogs({ firstMs: 3000, quietMs: 1000 });
    expect(drained).toMatchObject({ failure: { reason: 'firehose-too-talkative' } });
    expect(nowMs()).toBeLessThanOrEqual(3000 + DRAIN_MAX_MS);
  });
});

describe('draining', () => {
  it('reads past what nobody can read: the tail of a document that somebody else began to read', async () => {
    const link = linkTo(['og value="a" />\n</data>', log('b'), 'x'.repeat(DOCUMENT_MAX_BYTES + 1), log('c')]);
    const drained = await link.drainLogs({ firstMs: 1, quietMs: 1 });
    expect(drained.ok && drained.value).toEqual([
      expect.stringContaining('no XML declaration'),
      'b',
      expect.stringContaining('no </data>'),
      'c',
    ]);
  });

  it('begins with what was heard before', async () => {
    const [first = new Uint8Array(), second = new Uint8Array()] = cutAt(log('a') + log('b'), 70);
    const options = { nowMs: () => 0, heard: Uint8Array.from(first) };
    const link = new FirehoseLink(scriptedPipe({ hears: [second] }), DEFAULT_FIREHOSE_TIMINGS, options);
    expect(await link.drainLogs({ firstMs: 1, quietMs: 1 })).toEqual({ ok: true, value: ['a', 'b'] });
  });

  it('reads until the programmer is silent, responses included', async () => {
    const link = linkTo([log('a'), response('ACK'), log('b')]);
    expect(await link.drainLogs({ firstMs: 1, quietMs: 1 })).toEqual({ ok: true, value: ['a', 'b'] });
  });

  it('ends with a programmer that is never silent', async () => {
    const link = linkTo(Array.from({ length: DOCUMENTS_PER_REPLY_MAX + 1 }, () => log('a')));
    expect(await link.drainLogs({ firstMs: 1, quietMs: 1 })).toMatchObject({
      failure: { reason: 'firehose-too-talkative' },
    });
  });
});
