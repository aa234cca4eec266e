import { exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkBindings } from '../../edge/bindings.ts';
import { RATE_PERIOD_SECONDS, RATE_QUOTAS, RATE_READS_SAMPLE } from '../../edge/limits.ts';
import wranglerToml from '../../wrangler.toml?raw';
import { EUGA } from './a-publisher.ts';
import { anEdge, brokenDb, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { published } from './publish.ts';
import { edgeTestSecrets, operatorToken } from './secrets.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const authorization = `Bearer ${operatorToken}`;

describe('a method that a resource does not take', () => {
  it.each([
    ['POST', '/v1/models', 'GET, HEAD'],
    ['DELETE', `/v1/models/${EUGA}`, 'GET, HEAD'],
    ['PUT', `/v1/models/${EUGA}/metadata/timestamp.json`, 'GET, HEAD'],
    ['POST', `/v1/models/${EUGA}/poll`, 'GET, HEAD'],
    ['PATCH', `/v1/chunks/abcd/${'a'.repeat(64)}.cacnk`, 'GET, HEAD'],
    ['PUT', '/v1/compatibility', 'GET, HEAD, POST'],
    ['GET', '/v1/telemetry', 'POST'],
    ['OPTIONS', '/v1/telemetry', 'POST'],
    ['GET', '/v1/operator/root/1.root.json', 'PUT'],
    ['GET', '/v1/operator/chunks/missing', 'POST'],
    ['DELETE', `/v1/operator/chunks/abcd/${'a'.repeat(64)}.cacnk`, 'PUT'],
    ['POST', `/v1/operator/models/${EUGA}/rollout`, 'PUT'],
    ['POST', '/v1/operator/reports', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s gets 405 and Allow: %s', async (method, path, allow) => {
    const response = await edge.request(path, { method, headers: { authorization } });
    expect(response.headers.get('allow')).toBe(allow);
    expect(await refusalOf(response)).toMatchObject({ status: 405, code: 'method-not-allowed' });
  });

  it('HEAD of what has no GET gets 405 without a body', async () => {
    const response = await edge.request('/v1/telemetry', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([405, '']);
  });
});

describe('every answer', () => {
  it.each(['/v1/models', '/nothing', '/healthz', '/v1/operator/reports', '/openapi.json'])(
    'of %s forbids to guess its type',
    async (path) => {
      const { headers } = await edge.request(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toContain('max-age');
    },
  );

  it.each([
    '/nothing',
    '/v1',
    '/v1/models/quectel',
    '/v1/operator',
    '/problems/none',
    `/v1/models/${EUGA}/../x`,
  ])('to %s is a problem document', async (path) => {
    const response = await edge.request(path);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await refusalOf(response)).toMatchObject({ status: 404, code: 'not-found' });
  });

  it('of a fault inside says so and no more', async () => {
    const broken = { get: () => Promise.reject(new Error('secret cause')) } as unknown as R2Bucket;
    const other = await edgeOn(broken, { clock: edge.clock });
    const response = await other.request(`/v1/chunks/aaaa/${'a'.repeat(64)}.cacnk`);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal-error' });
    expect(text).not.toContain('secret cause');
  });
});

describe('what a request leaves behind', () => {
  it.each(['ci-4711', 'a.b:c=d_e', 'x'.repeat(64)])(
    'is answered under the name it came with: %s',
    async (id) => {
      const { headers } = await edge.request('/v1/models', { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toBe(id);
    },
  );

  it.each(['', 'two words', '<script>', 'x'.repeat(65), '"quoted"'])(
    'is named anew where the name is none: %s',
    async (id) => {
      const { headers } = await edge.request('/v1/models', { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('says how long it took', async () => {
    const { headers } = await edge.request('/v1/models');
    expect(headers.get('server-timing')).toMatch(/^total;dur=\d+$/);
  });
});

describe('what is pasted into a look-up', () => {
  const IMEI = '860000000000001';

  it('is left out of what the platform logs, in every environment', () => {
    const rooms = wranglerToml.match(
      /^\[(env\.\w+\.)?observability\]\nenabled = true\nredact_query_string = true\n\n\[\1observability\.logs\]\ninvocation_logs = false$/gm,
    );
    expect(rooms).toHaveLength(3);
  });

  it('is in no line of our own, also where a request fails or an operator sends it', async () => {
    const lines: unknown[] = [];
    const spies = (['info', 'error', 'log', 'warn'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation((...said) => void lines.push(...said)),
    );
    const failing = await edgeOn(edge.bucket, { clock: edge.clock, db: brokenDb });
    const query = `?${new URLSearchParams({ installed: `EC25EUGAR06A05M4G_01.003.01.003 ${IMEI}` })}`;
    expect((await failing.request(`/v1/compatibility${query}`)).status).toBe(500);
    await edge.request(`/v1/operator/audit${query}`, { headers: { authorization } });
    for (const spy of spies) spy.mockRestore();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toContain(IMEI);
  });
});

describe('the rate limits', () => {
  it('are what wrangler.toml says, in every environment', () => {
    for (const [name, quota] of Object.entries(RATE_QUOTAS)) {
      const stated = [
        ...wranglerToml.matchAll(/name = "RATE_(\w+)"[^[]*simple = \{ limit = (\d+), period = (\d+) \}/g),
      ]
        .filter(([, binding]) => binding === name.toUpperCase())
        .map(([, , limit, period]) => [Number(limit), Number(period)]);
      const counted = name === 'reads' ? quota / RATE_READS_SAMPLE : quota;
      expect(stated).toEqual(Array(3).fill([counted, RATE_PERIOD_SECONDS]));
    }
  });

  const QUESTIONS = '"questions";q=600;w=60';
  it.each([
    ['an answer to an operator', '/v1/operator/audit', { authorization }, 200, QUESTIONS],
    [
      'a refusal of a token',
      '/v1/operator/audit',
      { authorization: 'Bearer no' },
      401,
      '"refusals";q=20;w=60',
    ],
    ['a page of the fleet', '/fleet', { authorization, accept: 'text/html' }, 200, QUESTIONS],
    ['the door of the fleet', '/fleet', { accept: 'text/html' }, 401, QUESTIONS],
    ['a page that is not there', '/models/quectel/nobody-m4g', { accept: 'text/html' }, 404, QUESTIONS],
  ])('are told with %s', async (_, path, headers: Record<string, string>, status, policy) => {
    const answer = await edge.request(path, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('ratelimit-policy')).toBe(policy);
  });

  it.each([
    ['an operator', '/v1/operator/audit', 'application/json'],
    ['who reads pages', '/fleet', 'text/html'],
  ])('tell %s that nothing is left', async (_, path, accept) => {
    const questions = { limit: async () => ({ success: false }) };
    const spent = await edgeOn(edge.bucket, { clock: edge.clock, questions });
    const { status, headers } = await spent.request(path, { headers: { authorization, accept } });
    expect(status).toBe(429);
    expect(headers.get('ratelimit-policy')).toBe(QUESTIONS);
    expect(headers.get('ratelimit')).toBe('"questions";r=0;t=60');
  });

  it('count strangers by address, and operators by who they are, but not what they upload', async () => {
    const keys: string[] = [];
    const questions: RateLimit = {
      async limit({ key }) {
        keys.push(key);
        return { success: true };
      },
    };
    const other = await edgeOn(edge.bucket, { clock: edge.clock, questions });
    const headers = { 'cf-connecting-ip': '203.0.113.77', authorization };
    await other.request('/healthz', { headers });
    await other.request('/v1/operator/audit', { headers });
    await other.put(`/v1/operator/chunks/aaaa/${'a'.repeat(64)}.cacnk`, 'x', headers);
    expect(keys).toEqual(['203.0.113.77', 'root token']);
  });
});

describe('GET /healthz', () => {
  it('says what it looked at and what it found', async () => {
    await published(edge);
    const response = await edge.request('/healthz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: [
        { name: 'bucket: list roots', ok: true, found: 'newest root is 1' },
        { name: 'd1: read models', ok: true, found: 'readable' },
        { name: 'queue: ask for its length', ok: true, found: '0 wait' },
        {
          name: 'keys: online keys are loaded and named by the root',
          ok: true,
          found: 'loaded, and named by the newest root',
        },
      ],
    });
  });

  it('fails when the root names other keys', async () => {
    await published(edge);
    const keys = JSON.parse(edgeTestSecrets.ONLINE_KEYS);
    const swapped = { ...keys, snapshot: keys.timestamp };
    const other = await edgeOn(edge.bucket, { clock: edge.clock, onlineKeys: swapped });
    const response = await other.request('/healthz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'failing' });
  });
});

describe('the entry', () => {
  it('answers by the Worker as it is deployed', async () => {
    const worker = (exports as unknown as { default: Fetcher }).default;
    const response = await worker.fetch('https://edge.test/v1/models');
    expect(await response.json()).toEqual({ models: [], next: null });
  });

  it('names every binding that is missing, and no secret', () => {
    const given = { ONLINE_KEYS: '{"snapshot":"s3cret"}', OPERATOR_TOKEN_SHA256: 's3cret' };
    expect(() => checkBindings(given)).toThrow(
      /FIRMWARE is missing.*DB is missing.*RATE_READS.*ONLINE_KEYS.*OPERATOR_TOKEN_SHA256/,
    );
    expect(() => checkBindings(given)).not.toThrow(/s3cret/);
  });
});
