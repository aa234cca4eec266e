import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, evaluateConditions, parseEntityTags, rangeApplies } from './conditions.ts';

const now = { etag: '"sha256-ab"', lastModified: new Date('2026-11-23T08:00:00.500Z') };
const before = 'Mon, 23 Nov 2026 07:00:00 GMT';
const same = 'Mon, 23 Nov 2026 08:00:00 GMT';
const after = 'Mon, 23 Nov 2026 09:00:00 GMT';

describe('preconditions of a GET (RFC 9110 section 13.2.2)', () => {
  it.each<[string, Record<string, string>, Decision]>([
    ['none', {}, 'proceed'],
    ['If-Match names it', { 'if-match': '"sha256-ab"' }, 'proceed'],
    ['If-Match names it in a list', { 'if-match': '"x" , "sha256-ab"' }, 'proceed'],
    ['If-Match *', { 'if-match': '*' }, 'proceed'],
    ['If-Match names another', { 'if-match': '"other"' }, 'precondition-failed'],
    ['If-Match names it weakly', { 'if-match': 'W/"sha256-ab"' }, 'precondition-failed'],
    ['If-Match is malformed', { 'if-match': 'sha256-ab' }, 'precondition-failed'],
    ['changed since', { 'if-unmodified-since': before }, 'precondition-failed'],
    ['unchanged since', { 'if-unmodified-since': same }, 'proceed'],
    ['If-Match overrules If-Unmodified-Since', { 'if-match': '*', 'if-unmodified-since': before }, 'proceed'],
    ['If-Unmodified-Since is no date', { 'if-unmodified-since': '2026' }, 'proceed'],
    ['If-None-Match names it', { 'if-none-match': '"sha256-ab"' }, 'not-modified'],
    ['If-None-Match names it weakly', { 'if-none-match': 'W/"sha256-ab"' }, 'not-modified'],
    ['If-None-Match names it in a list', { 'if-none-match': '"a","sha256-ab", "c"' }, 'not-modified'],
    ['If-None-Match *', { 'if-none-match': '*' }, 'not-modified'],
    ['If-None-Match names another', { 'if-none-match': '"other"' }, 'proceed'],
    ['If-None-Match is malformed', { 'if-none-match': 'abc' }, 'proceed'],
    ['not modified since', { 'if-modified-since': same }, 'not-modified'],
    ['not modified since later', { 'if-modified-since': after }, 'not-modified'],
    ['modified since', { 'if-modified-since': before }, 'proceed'],
    [
      'If-None-Match overrules If-Modified-Since',
      { 'if-none-match': '"other"', 'if-modified-since': after },
      'proceed',
    ],
    [
      'If-Match fails before If-None-Match counts',
      { 'if-match': '"other"', 'if-none-match': '*' },
      'precondition-failed',
    ],
    ['If-Match holds, then If-None-Match counts', { 'if-match': '*', 'if-none-match': '*' }, 'not-modified'],
  ])('%s: %o -> %s', (_, fields, decision) => {
    expect(evaluateConditions(new Headers(fields), now)).toBe(decision);
  });
});

describe('If-Range', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['absent: the range counts', {}, true],
    ['the same strong tag: it counts', { 'if-range': '"sha256-ab"' }, true],
    ['another tag: it does not', { 'if-range': '"other"' }, false],
    ['the same tag, but weak: it does not', { 'if-range': 'W/"sha256-ab"' }, false],
    ['a date: it does not', { 'if-range': same }, false],
  ])('%s', (_, fields, applies) => {
    expect(rangeApplies(new Headers(fields), now)).toBe(applies);
  });
});

describe('a list of entity tags', () => {
  it.each([
    ['"a", ,"b"', 2],
    [',"a"', 1],
    ['""', 1],
  ])('%s has %i', (field, count) => {
    expect(parseEntityTags(field)).toHaveLength(count);
  });

  it.each(['', ',', '"a" "b"', '"a', 'a"', '"a, b"', 'w/"a"', '*, "a"'])('%s is none', (field) => {
    expect(parseEntityTags(field)).toBeNull();
  });

  it('is read to an end whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', ' ', 'W', '/', 'a', '*') }), (field) => {
        parseEntityTags(field);
      }),
    );
  });
});
