import { sign } from 'hono/jwt';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../edge/operator/access.ts';
import type { Scope } from '../../edge/operator/caller.ts';
import { anEdge, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { START_MS } from './start.ts';

const TEAM = 'https://fleet.cloudflareaccess.com';
const AUDIENCE = 'a'.repeat(64);
const NOW_SECONDS = START_MS / 1000;

type KeyPair = { readonly public: JsonWebKey; readonly private: JsonWebKey };
let ours: KeyPair;
let another: KeyPair;
let asked: string[];
let edge: Edge;
let broken: boolean;

async function aKey(): Promise<KeyPair> {
  const pair = (await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  )) as CryptoKeyPair;
  const jwk = async (key: CryptoKey) => ({
    ...((await crypto.subtle.exportKey('jwk', key)) as JsonWebKey),
    kid: 'k1',
    alg: 'RS256',
  });
  return { public: await jwk(pair.publicKey), private: await jwk(pair.privateKey) };
}

beforeAll(async () => {
  ours = await aKey();
  another = await aKey();
});

beforeEach(async () => {
  asked = [];
  broken = false;
  const { bucket, clock } = await anEdge();
  edge = await edgeOn(bucket, { clock, access: access(['read']) });
});

function access(scopes: readonly Scope[]): Access {
  return {
    teamOrigin: TEAM,
    audience: AUDIENCE,
    scopes: new Set(scopes),
    memo: { keys: [], readAtMs: 0 },
    async fetchKeys(url) {
      asked.push(url);
      return broken
        ? new Response('gone', { status: 503 })
        : Response.json({ keys: [ours.public], public_certs: [] });
    },
  };
}

async function assertion(change: Record<string, unknown> = {}, key: JsonWebKey = ours.private) {
  const claims = {
    iss: TEAM,
    aud: [AUDIENCE],
    email: 'anna@fleet.example',
    iat: NOW_SECONDS,
    nbf: NOW_SECONDS,
    exp: NOW_SECONDS + 3600,
    ...change,
  };
  return sign(claims, key as unknown as Parameters<typeof sign>[1], 'RS256');
}

const reports = (jwt: string, headers: Record<string, string> = {}) =>
  edge.request('/v1/operator/reports', { headers: { 'cf-access-jwt-assertion': jwt, ...headers } });

describe('who comes through Cloudflare Access', () => {
  it('may do what its scopes say, and no more', async () => {
    expect((await reports(await assertion())).status).toBe(200);
    const headers = { 'cf-access-jwt-assertion': await assertion(), 'content-type': 'application/json' };
    const made = await edge.request('/v1/operator/tokens', { method: 'POST', body: '{}', headers });
    expect(await refusalOf(made)).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('sees the fleet without a token, and sends no form of a page elsewhere', async () => {
    const headers = { 'cf-access-jwt-assertion': await assertion(), accept: 'text/html' };
    const page = await edge.request('/fleet', { headers });
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('Signed in as access anna@fleet.example');
    expect(html).not.toContain('Sign out');
    const other = await edgeOn(edge.bucket, { clock: edge.clock, access: access(['read', 'rollout']) });
    const path = '/fleet/models/quectel/ec25euga-m4g/releases/EC25EUGAR06A05M4G_01.003.01.003';
    const send = async (origin: string) => {
      const body = new URLSearchParams({ action: 'halt', why: 'x' });
      return (await other.request(path, { method: 'POST', body, headers: { ...headers, origin } })).status;
    };
    expect(await send('https://evil.example')).toBe(400);
    expect(await send('http://localhost')).toBe(404);
  });

  it('is known by address, or by the name of a service token', async () => {
    const other = await edgeOn(edge.bucket, { clock: edge.clock, access: access(['publish', 'read']) });
    for (const claims of [{}, { email: undefined, common_name: 'builder' }]) {
      await other.request('/v1/operator/root/1.root.json', {
        method: 'PUT',
        body: '{}',
        headers: { 'cf-access-jwt-assertion': await assertion(claims) },
      });
    }
    const log = await other.request('/v1/operator/audit', {
      headers: { 'cf-access-jwt-assertion': await assertion() },
    });
    const { entries } = await log.json<{ entries: { actor: string }[] }>();
    expect(entries.map(({ actor }) => actor)).toEqual(['access builder', 'access anna@fleet.example']);
  });

  it('costs one look at the keys an hour, and outlives their absence', async () => {
    await reports(await assertion());
    await reports(await assertion());
    expect(asked).toEqual([`${TEAM}/cdn-cgi/access/certs`]);
    broken = true;
    edge.clock.nowMs += 60 * 60_000;
    expect((await reports(await assertion({ exp: NOW_SECONDS + 7200 }))).status).toBe(200);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, () => Promise<string>]>([
    ['is signed by another key', () => assertion({}, another.private)],
    ['is for another application', () => assertion({ aud: ['b'.repeat(64)] })],
    ['is of another team', () => assertion({ iss: 'https://other.cloudflareaccess.com' })],
    ['has ended', () => assertion({ exp: NOW_SECONDS })],
    ['never ends', () => assertion({ exp: undefined })],
    ['has not begun', () => assertion({ nbf: NOW_SECONDS + 1 })],
    ['names nobody', () => assertion({ email: undefined })],
    ['is none', async () => 'x.y.z'],
    ['is overlong', async () => 'x'.repeat(10_000)],
    [
      'says that it is not signed',
      async () => {
        const [, payload] = (await assertion()).split('.');
        return `${btoa('{"alg":"none","kid":"k1"}')}.${payload}.`;
      },
    ],
  ])('is a stranger when the assertion %s', async (_, jwt) => {
    expect(await refusalOf(await reports(await jwt()))).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('is a stranger where Access is not set up', async () => {
    const other = await edgeOn(edge.bucket, { clock: edge.clock });
    const headers = { 'cf-access-jwt-assertion': await assertion() };
    expect((await other.request('/v1/operator/reports', { headers })).status).toBe(401);
  });

  it('changes nothing on behalf of a page elsewhere', async () => {
    const other = await edgeOn(edge.bucket, { clock: edge.clock, access: access(['publish']) });
    const put = async (origin: string) =>
      (
        await other.request('http://edge.test/v1/operator/root/1.root.json', {
          method: 'PUT',
          body: '{}',
          headers: { 'cf-access-jwt-assertion': await assertion(), origin },
        })
      ).status;
    expect(await put('https://evil.example')).toBe(401);
    expect(await put('http://edge.test')).toBe(422);
  });
});
