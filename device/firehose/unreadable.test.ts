import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scriptedPipe } from '../transport/scripted-pipe.ts';
import { parseDocument } from './document.ts';
import { DEFAULT_FIREHOSE_TIMINGS, EMPTY_TRANSFERS_MAX, LOG_MAX_CHARS } from './limits.ts';
import { FirehoseLink } from './link.ts';

const HEAD = '<?xml version="1.0" ?><data>';

describe('what a programmer says and nobody can read', () => {
  it.each([
    ['a log whose quote is never closed', '<log value="ERROR: "x'],
    ['a log that ends in the middle', '<log value="ERROR 21'],
    ['a comment', '<!-- x -->'],
    ['a bare <', 'a < b'],
  ])('is kept as it came: %s must not end a session that has erased', (_, inside) => {
    const text = `${HEAD}${inside}</data>`;
    expect(parseDocument(text)).toEqual({ ok: true, value: { logs: [text], response: null } });
  });

  it.each([
    ['kept as it came', `${HEAD}<log value="${'x'.repeat(10_000)}</data>`],
    ['a log', `${HEAD}<log value="${'x'.repeat(10_000)}" /></data>`],
    ['text between elements', `${HEAD}${'x'.repeat(10_000)}</data>`],
  ])('is bounded when it is %s', (_, text) => {
    const parsed = parseDocument(text);
    expect(parsed.ok && parsed.value.logs.map((log) => log.length)).toEqual([LOG_MAX_CHARS]);
  });

  it('is refused when a response is in it', () => {
    const broken = '<?xml version="1.0" ?><data><response value="ACK</data>';
    expect(parseDocument(broken)).toMatchObject({
      ok: false,
      failure: { reason: 'firehose-document-invalid' },
    });
  });

  it('is never an exception', () => {
    const pieces = fc.constantFrom(
      '<log value="',
      '"',
      '<',
      '/>',
      '<!--',
      '<![CDATA[',
      '<?xml',
      '&',
      '__proto__',
      'a',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
        expect(() => parseDocument(`<?xml ?><data>${parts.join('')}</data>`)).not.toThrow();
      }),
    );
  });
});

describe('transfers of no bytes', () => {
  const link = (empty: number) => {
    const nothing = Array.from({ length: empty }, () => new Uint8Array());
    const hears = [...nothing, '<?xml ?><data><response value="ACK" /></data>'];
    return new FirehoseLink(scriptedPipe({ hears }), DEFAULT_FIREHOSE_TIMINGS, { nowMs: () => 0 });
  };

  it('are read past', async () => {
    const reply = await link(EMPTY_TRANSFERS_MAX).awaitReply('nop', { timeoutMs: 10 });
    expect(reply).toMatchObject({ ok: true, value: { response: { acknowledged: true } } });
  });

  it('without end are silence', async () => {
    const reply = await link(EMPTY_TRANSFERS_MAX + 1).awaitReply('nop', { timeoutMs: 10 });
    expect(reply).toMatchObject({ ok: false, failure: { reason: 'firehose-silent' } });
  });
});
