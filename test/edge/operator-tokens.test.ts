import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import {
  auditListSchema,
  type TokenRequest,
  tokenListSchema,
  tokenSchema,
} from '../../shared/operator-api.ts';
import { makeOperatorToken } from '../../shared/operator-token.ts';
import { EUGA } from './a-publisher.ts';
import { anEdge, brokenDb, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { published } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';
import { rolloutOf } from './visible-chain.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const randomBytes = (lengthBytes: number) => crypto.getRandomValues(new Uint8Array(lengthBytes));

async function aToken(change: Partial<TokenRequest> = {}) {
  const { id, token } = makeOperatorToken(randomBytes);
  const request: TokenRequest = {
    id,
    name: 'ci of the fleet',
    scopes: ['read'],
    expiresAt: new Date(START_MS + 30 * DAY_MS).toISOString(),
    sha256: await sha256Hex(utf8(token)),
    replaces: null,
    ...change,
  };
  return { token, request };
}

function as(token: string | null, path: string, init: RequestInit = {}, on: Edge = edge): Promise<Response> {
  const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...init.headers };
  return on.request(path, { ...init, headers });
}

function make(request: unknown, by: string | null = operatorToken): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return as(by, '/v1/operator/tokens', { method: 'POST', body: JSON.stringify(request), headers });
}

const revoke = (id: string, by = operatorToken) => as(by, `/v1/operator/tokens/${id}`, { method: 'DELETE' });
const tokens = async () =>
  tokenListSchema.parse(await (await as(operatorToken, '/v1/operator/tokens')).json()).tokens;
const audit = async (query = '', by = operatorToken) =>
  auditListSchema.parse(await (await as(by, `/v1/operator/audit${query}`)).json());
const putRolloutAs = (token: string, document: unknown = rolloutOf(), on: Edge = edge) =>
  as(
    token,
    `/v1/operator/models/${EUGA}/rollout`,
    { method: 'PUT', body: JSON.stringify(document), headers: { 'content-type': 'application/json' } },
    on,
  );

describe('an operator token', () => {
  it('is made once, however often it is asked for, and stored as a digest', async () => {
    const { token, request } = await aToken();
    const first = await make(request);
    expect(first.status).toBe(201);
    const made = tokenSchema.parse(await first.json());
    expect(made).toMatchObject({ id: request.id, createdBy: 'root token', revokedAt: null });
    const again = await make(request);
    expect([again.status, await again.json()]).toEqual([200, made]);
    expect(await tokens()).toEqual([made]);
    const rows = await edge.db.prepare('SELECT * FROM operator_tokens').all();
    expect(JSON.stringify(rows.results)).not.toContain(token.slice(-43));
  });

  it('opens what its scopes name, until it expires', async () => {
    const { token, request } = await aToken();
    await make(request);
    expect((await as(token, '/v1/operator/reports')).status).toBe(200);
    const refused = await putRolloutAs(token);
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="rollout"');
    expect(await refusalOf(refused)).toMatchObject({ status: 403, code: 'forbidden' });
    edge.clock.nowMs = Date.parse(request.expiresAt) - 1;
    expect((await as(token, '/v1/operator/reports')).status).toBe(200);
    edge.clock.nowMs += 1;
    expect(await refusalOf(await as(token, '/v1/operator/reports'))).toMatchObject({
      status: 401,
      code: 'unauthorized',
    });
  });

  it('is revoked at once, and revoking it again changes nothing', async () => {
    const { token, request } = await aToken();
    await make(request);
    const first = await (await revoke(request.id)).json();
    expect((await as(token, '/v1/operator/reports')).status).toBe(401);
    edge.clock.nowMs += 1000;
    expect(await (await revoke(request.id)).json()).toEqual(first);
    expect((await audit()).entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'token.revoked unchanged',
      'token.revoked done',
      'token.created done',
    ]);
  });

  it('that takes the place of another leaves it a day', async () => {
    const old = await aToken();
    await make(old.request);
    const next = await aToken({ replaces: old.request.id });
    expect((await make(next.request)).status).toBe(201);
    edge.clock.nowMs += DAY_MS - 1;
    expect((await as(old.token, '/v1/operator/reports')).status).toBe(200);
    edge.clock.nowMs += 1;
    expect((await as(old.token, '/v1/operator/reports')).status).toBe(401);
    expect((await as(next.token, '/v1/operator/reports')).status).toBe(200);
  });

  it('asked for again does not shorten what it replaced a second time', async () => {
    const old = await aToken();
    await make(old.request);
    const next = await aToken({ replaces: old.request.id });
    await make(next.request);
    const ends = (await tokens()).find(({ id }) => id === old.request.id)?.expiresAt;
    edge.clock.nowMs -= HOUR_MS;
    expect((await make(next.request)).status).toBe(200);
    expect((await tokens()).find(({ id }) => id === old.request.id)?.expiresAt).toBe(ends);
  });

  it.each<[string, Partial<TokenRequest> | Record<string, unknown>, number, string]>([
    ['that has ended', { expiresAt: new Date(START_MS).toISOString() }, 422, 'body-invalid'],
    [
      'that lasts for years',
      { expiresAt: new Date(START_MS + 401 * DAY_MS).toISOString() },
      422,
      'body-invalid',
    ],
    ['for everything', { scopes: ['admin'] }, 422, 'body-invalid'],
    ['for nothing', { scopes: [] }, 422, 'body-invalid'],
    ['for one thing twice', { scopes: ['read', 'read'] }, 422, 'body-invalid'],
    ['whose name would break a line', { name: 'a\nb' }, 422, 'body-invalid'],
    ['that carries itself', { token: 'x' }, 422, 'body-invalid'],
    ['in the place of none', { replaces: '0'.repeat(16) }, 422, 'body-invalid'],
  ])('%s is refused', async (_, change, status, code) => {
    const { request } = await aToken(change as Partial<TokenRequest>);
    expect(await refusalOf(await make(request))).toMatchObject({ status, code });
    expect(await tokens()).toEqual([]);
  });

  it('is not given the id of another', async () => {
    const { request } = await aToken();
    await make(request);
    const other = await aToken({ id: request.id });
    expect(await refusalOf(await make(other.request))).toMatchObject({ status: 409, code: 'already-exists' });
    expect((await as(other.token, '/v1/operator/reports')).status).toBe(401);
  });

  it('cannot make tokens, whatever its scopes', async () => {
    const { token, request } = await aToken({ scopes: ['read', 'rollout', 'publish'] });
    await make(request);
    const other = await aToken();
    for (const response of [
      await make(other.request, token),
      await revoke(request.id, token),
      await as(token, '/v1/operator/tokens'),
    ]) {
      expect(await refusalOf(response)).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });

  it('whose secret is wrong by one character is nobody', async () => {
    const { token, request } = await aToken();
    await make(request);
    const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`;
    expect((await as(wrong, '/v1/operator/reports')).status).toBe(401);
    expect((await as('cistern_0000000000000000_'.padEnd(68, 'x'), '/v1/operator/reports')).status).toBe(401);
  });

  it('of the table cannot be judged while D1 fails; the root token can, and halts', async () => {
    await published(edge);
    const { token, request } = await aToken({ scopes: ['rollout'] });
    await make(request);
    const other = await edgeOn(edge.bucket, { clock: edge.clock, db: brokenDb });
    expect((await putRolloutAs(token, rolloutOf(), other)).status).toBe(500);
    expect((await putRolloutAs(operatorToken, rolloutOf(), other)).status).toBe(201);
  });

  it('is 404 where there is none to revoke', async () => {
    expect((await revoke('0'.repeat(16))).status).toBe(404);
    expect((await revoke('none')).status).toBe(404);
  });
});

describe('the audit log', () => {
  it('says who did what to which release, and why', async () => {
    await published(edge);
    const { token, request } = await aToken({ scopes: ['rollout'], name: 'Anna' });
    await make(request);
    await putRolloutAs(token, rolloutOf({ percentage: 5 }));
    await putRolloutAs(token, rolloutOf({ percentage: 5, state: 'halted', why: 'no roaming' }));
    await putRolloutAs(token, rolloutOf({ percentage: 5 }));
    await putRolloutAs(token, rolloutOf({ percentage: 5, state: 'recalled', why: 'bricks' }));
    await putRolloutAs(token, rolloutOf({ percentage: 5 }));
    const version = rolloutOf().releases[0]?.version;
    const { entries } = await audit();
    expect(entries.slice(0, 5).map(({ at: _, id: __, requestId: ___, ...said }) => said)).toEqual([
      {
        actor: `token ${request.id} (Anna)`,
        action: 'rollout.changed',
        target: `models/${EUGA}/rollout`,
        outcome: 'refused',
        status: 422,
        detail: '',
      },
      ...[
        ['rollout.recalled', 'bricks'],
        ['rollout.resumed', '5 % of stable from 2026-02-01T00:00:00Z'],
        ['rollout.halted', 'no roaming'],
        ['rollout.started', '5 % of stable from 2026-02-01T00:00:00Z'],
      ].map(([action, detail]) => ({
        actor: `token ${request.id} (Anna)`,
        action,
        target: `${EUGA} ${version}`,
        outcome: 'done',
        status: 201,
        detail,
      })),
    ]);
  });

  it('names the request, by the name it came with', async () => {
    const { request } = await aToken();
    const headers = { 'content-type': 'application/json', 'x-request-id': 'ci-4711' };
    const body = JSON.stringify(request);
    await as(operatorToken, '/v1/operator/tokens', { method: 'POST', body, headers });
    expect((await audit()).entries[0]?.requestId).toBe('ci-4711');
  });

  it('holds what was refused to who is known, and nothing of strangers', async () => {
    const { token, request } = await aToken();
    await make(request);
    await putRolloutAs(token);
    await putRolloutAs('stranger');
    expect((await audit()).entries.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['rollout.changed', 'refused'],
      ['token.created', 'done'],
    ]);
  });

  it('is read in pages, of one target if asked', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { request } = await aToken();
      await make(request);
      ids.unshift(request.id);
    }
    const first = await audit('?limit=2');
    expect(first.entries.map(({ target }) => target)).toEqual(ids.slice(0, 2));
    const rest = await audit(`?limit=2&before=${first.next}`);
    expect(rest.entries.map(({ target }) => target)).toEqual(ids.slice(2));
    expect(rest.next).toBeNull();
    expect((await audit(`?target=${ids[1]}`)).entries.map(({ target }) => target)).toEqual([ids[1]]);
  });

  it.each(['UPDATE audit_log SET actor = ?', 'DELETE FROM audit_log WHERE actor != ?'])(
    'is append only, whoever writes: %s',
    async (statement) => {
      await make((await aToken()).request);
      await expect(edge.db.prepare(statement).bind('nobody').run()).rejects.toThrow('append only');
      expect((await audit()).entries).toHaveLength(1);
    },
  );
});
