import { describe, expect, it } from 'vitest';
import { repositorySentences as sentences } from './repository-sentences.ts';

const url = 'https://firmware.example/v1/chunks/aa';
const unreachable = (code: string) =>
  sentences['repository-unreachable']({ reason: 'repository-unreachable', url, code, attempts: 1 });
const refused = (why: 'redirect-to-another-scheme' | 'not-http') =>
  sentences['address-refused']({ reason: 'address-refused', url: 'http://login.hotspot/', why });

describe('what is said of a download that failed', () => {
  it.each([
    ['a login page', sentences['chunk-is-a-page']({ reason: 'chunk-is-a-page', url }), url, 'log in'],
    ['a redirect of a hotspot', refused('redirect-to-another-scheme'), 'http://login.hotspot/', 'log in'],
    [
      'an answer with another range',
      unreachable('wrong-range'),
      'are not those that were asked for',
      'proxy',
    ],
    ['a range that is refused', unreachable('range-refused-403'), 'range refused 403', 'proxy'],
    [
      'a proxy that wants a password',
      unreachable('proxy-407'),
      'HTTP status 407',
      'https_proxy=http://NAME:PASSWORD@',
    ],
    ['a proxy that refuses', unreachable('proxy-403'), 'HTTP status 403', 'no_proxy'],
    ['nobody there', unreachable('ECONNREFUSED'), 'could not be reached (ECONNREFUSED)', 'Check the uplink'],
  ])('of %s: what it was, and what mends that', (_, { exit, what, next }, said, mends) => {
    expect(exit).toBe('UNAVAILABLE');
    expect(what).toContain(said);
    expect(next).toContain(mends);
  });

  it('of an address that a person gave: that it is theirs to mend', () => {
    expect(refused('not-http')).toMatchObject({
      exit: 'CONFIG',
      next: expect.stringContaining('--repository'),
    });
  });
});
