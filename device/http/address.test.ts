import { describe, expect, it } from 'vitest';
import { parseAddress, parseRedirect } from './address.ts';

const NAMED = { allowInsecure: false, allowPrivate: true };
const OTHERWISE = { allowInsecure: false };
const refused = { ok: false, failure: { why: 'plain-http-to-another-machine' } };

describe('plain HTTP to a mirror that was named', () => {
  it.each([
    'http://10.0.0.5/',
    'http://172.16.0.1/',
    'http://172.31.255.254:8080/chunks',
    'http://192.168.1.1/',
    'http://169.254.7.7/',
    'http://[fd12:3456::1]/',
    'http://[fe80::1]/',
  ])('goes to %s, within a network of one’s own, for that alone', (url) => {
    expect(parseAddress(url, NAMED)).toMatchObject({ ok: true });
    expect(parseAddress(url, OTHERWISE)).toMatchObject(refused);
  });

  it.each([
    'http://172.15.0.1/',
    'http://172.32.0.1/',
    'http://192.169.0.1/',
    'http://11.0.0.1/',
    'http://[2001:db8::1]/',
    'http://[fec0::1]/',
    'http://10.0.0.5.example/',
    'http://fd00.example/',
    'http://mirror.lan/',
  ])('does not go to %s', (url) => {
    expect(parseAddress(url, NAMED)).toMatchObject(refused);
  });

  it('is led to another path of that mirror, and to no other machine', () => {
    const from = new URL('http://192.168.1.1/chunks');
    expect(parseRedirect('/v1/chunks', from, NAMED)).toMatchObject({ ok: true });
    expect(parseRedirect('http://192.168.1.2/chunks', from, NAMED)).toMatchObject(refused);
  });

  it.each(['http://127.0.0.1:8080/cgi-bin/reboot', 'http://localhost/', 'http://[::1]/', 'http://127.1/'])(
    'is not led to %s, where this machine trusts itself',
    (location) => {
      const toItself = { ok: false, failure: { why: 'redirect-to-this-machine' } };
      for (const policy of [NAMED, { allowInsecure: true }])
        expect(parseRedirect(location, new URL('http://192.168.1.1/'), policy)).toMatchObject(toItself);
      expect(parseRedirect(location, new URL('http://127.0.0.9/'), OTHERWISE)).toMatchObject({ ok: true });
    },
  );
});
