import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from './backoff.ts';
import { judgeAnswer, strongEtag } from './chunk-answer.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const rest = { fromBytes: 100, etag: '"a"' };
const whole = { fromBytes: null, etag: null };
const range = (text: string, more = {}) => ({ 'content-range': text, ...more });

describe('an answer to a request for a chunk', () => {
  it.each([
    ['the whole for the whole', whole, 200, {}, { take: 'whole' }],
    ['the whole for a range', rest, 200, {}, { take: 'whole' }],
    ['a whole that is too large', whole, 200, { 'content-length': '1064961' }, { take: 'too-large' }],
    [
      'the range that was asked for',
      rest,
      206,
      range('bytes 100-999/1000'),
      { take: 'rest', fromBytes: 100, endBytes: 1000, totalBytes: 1000 },
    ],
    [
      'a piece of it',
      rest,
      206,
      range('bytes 100-199/1000', { etag: '"a"' }),
      { take: 'rest', fromBytes: 100, endBytes: 200, totalBytes: 1000 },
    ],
    ['a range nobody asked for', whole, 206, range('bytes 0-999/1000'), { take: 'again' }],
    ['a range that begins elsewhere', rest, 206, range('bytes 99-999/1000'), { take: 'again' }],
    ['a range that ends before it begins', rest, 206, range('bytes 100-99/1000'), { take: 'again' }],
    ['a range beyond the end', rest, 206, range('bytes 100-1000/1000'), { take: 'again' }],
    ['a range of unknown whole', rest, 206, range('bytes 100-999/*'), { take: 'again' }],
    ['several ranges', rest, 206, { 'content-type': 'multipart/byteranges' }, { take: 'again' }],
    ['a range of another file', rest, 206, range('bytes 100-999/1000', { etag: '"b"' }), { take: 'again' }],
    ['a range of too large a file', rest, 206, range('bytes 100-999/1064961'), { take: 'too-large' }],
    ['a range not satisfiable', rest, 416, {}, { take: 'again' }],
    ['416 for the whole', whole, 416, {}, { take: 'never' }],
    ['503', rest, 503, { 'retry-after': '7' }, { take: 'later', retryAfterMs: 7000 }],
    ['429 without a time', rest, 429, {}, { take: 'later', retryAfterMs: null }],
    ['404', whole, 404, {}, { take: 'never' }],
    ['403 for a range', rest, 403, {}, { take: 'unranged' }],
    ['501 for a range', rest, 501, {}, { take: 'unranged' }],
    ['403', whole, 403, {}, { take: 'never' }],
    [
      'a whole that was compressed',
      whole,
      200,
      { 'content-encoding': 'gzip' },
      { take: 'encoded', encoding: 'gzip' },
    ],
    ['a whole that says it was not', whole, 200, { 'content-encoding': 'identity' }, { take: 'whole' }],
    ['304, which nobody asked for', whole, 304, {}, { take: 'never' }],
  ] as const)('%s', (_name, request, status, headers, verdict) => {
    expect(judgeAnswer(request, { status, headers }, NOW)).toEqual(verdict);
  });

  it.each([
    ['"sha256-ab"', '"sha256-ab"'],
    ['W/"sha256-ab"', null],
    ['ab', null],
    [`"${'a'.repeat(300)}"`, null],
    ['"a\r\nx: y"', null],
    ['', null],
  ])('the ETag %j counts as %j', (etag, strong) => {
    expect(strongEtag({ etag })).toBe(strong);
  });
});

describe('waiting', () => {
  it.each([
    ['120', 120_000],
    ['Sun, 01 Mar 2026 00:00:05 GMT', 5000],
    ['Sun, 01 Mar 2020 00:00:05 GMT', 0],
    ['-1', null],
    ['soon', null],
    [undefined, null],
  ])('Retry-After %j is %j ms', (field, ms) => {
    expect(retryAfterMs(field, NOW)).toBe(ms);
  });

  it('doubles with each fruitless attempt up to its cap, and draws from nothing to all of it', () => {
    const longest = () => 0.999999;
    expect([0, 1, 2, 3].map((n) => backoffMs(n, longest))).toEqual([99, 999, 1999, 3999]);
    expect(backoffMs(60, longest)).toBe(59_999);
    expect(backoffMs(60, () => 0)).toBe(0);
  });
});
