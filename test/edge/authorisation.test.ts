import { beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../edge/operator/caller.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { makeOperatorToken, type TokenScope } from '../../shared/operator-token.ts';
import { anEdge, type Edge } from './an-edge.ts';
import { AUTHORISATION, samplePath } from './authorisation-table.ts';
import { mustStore } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';

let edge: Edge;
let requestCount = 0;

/** Kinds of callers: what they send, and what they may. */
type Caller = { readonly authorization: string | null; readonly scopes: readonly Scope[] | 'stranger' };
const callers: Record<string, Caller> = {};

async function aToken(scopes: readonly TokenScope[], expiresAt: string): Promise<string> {
  const { id, token } = makeOperatorToken((length) => crypto.getRandomValues(new Uint8Array(length)));
  const body = JSON.stringify({
    id,
    name: 'of the table',
    scopes,
    expiresAt,
    sha256: await sha256Hex(utf8(token)),
    replaces: null,
  });
  await mustStore(await ask('POST', '/v1/operator/tokens', `Bearer ${operatorToken}`, body));
  return token;
}

/** Each request from an address of its own: the limits are another test's affair. */
function ask(method: string, path: string, authorization: string | null, body = '{}'): Promise<Response> {
  const n = requestCount++;
  return edge.request(path, {
    method,
    ...(method === 'GET' || method === 'DELETE' ? {} : { body }),
    headers: {
      'content-type': 'application/json',
      'cf-connecting-ip': `198.18.${n >> 8}.${n & 255}`,
      ...(authorization === null ? {} : { authorization }),
    },
  });
}

/** Every path of the app with the methods it takes, as the app itself says: by 405 and Allow. */
async function routesOfTheApp(): Promise<Record<string, string[]>> {
  const paths = new Set(edge.routes.filter((path) => !path.endsWith('*')));
  const found: Record<string, string[]> = {};
  for (const path of paths) {
    const refused = await ask('PATCH', samplePath(path), `Bearer ${operatorToken}`);
    expect([path, refused.status]).toEqual([path, 405]);
    const allow = refused.headers.get('allow') ?? '';
    found[path] = allow.split(', ').filter((method) => method !== 'HEAD');
  }
  return found;
}

beforeAll(async () => {
  edge = await anEdge();
  const soon = new Date(START_MS + 1000).toISOString();
  const later = new Date(START_MS + 60_000).toISOString();
  const expired = await aToken(['read', 'rollout', 'publish'], soon);
  const revoked = await aToken(['read', 'rollout', 'publish'], later);
  await mustStore(
    await ask('DELETE', `/v1/operator/tokens/${revoked.split('_')[1]}`, `Bearer ${operatorToken}`),
  );
  const stranger = (authorization: string | null): Caller => ({ authorization, scopes: 'stranger' });
  callers.nobody = stranger(null);
  callers['a wrong token'] = stranger('Bearer wrong');
  callers['another scheme'] = stranger(`Basic ${btoa(`operator:${operatorToken}`)}`);
  callers['an expired token'] = stranger(`Bearer ${expired}`);
  callers['a revoked token'] = stranger(`Bearer ${revoked}`);
  for (const scope of ['read', 'rollout', 'publish'] as const) {
    callers[scope] = { authorization: `Bearer ${await aToken([scope], later)}`, scopes: [scope] };
  }
  callers.admin = { authorization: `Bearer ${operatorToken}`, scopes: SCOPES };
  edge.clock.nowMs = START_MS + 1000;
});

it('the table has a row for each route and each method, and no other', async () => {
  const listed = Object.entries(AUTHORISATION).map(([path, methods]) => [path, Object.keys(methods).sort()]);
  const routes = Object.entries(await routesOfTheApp()).map(([path, methods]) => [path, methods.sort()]);
  expect(Object.fromEntries(routes)).toEqual(Object.fromEntries(listed));
});

const rows = Object.entries(AUTHORISATION).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, wanted]) => ({ method, path, wanted })),
);

describe.each(rows)('$method $path, for $wanted', ({ method, path, wanted }) => {
  it('is judged the same for every kind of caller', async () => {
    const verdicts: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [name, { authorization, scopes }] of Object.entries(callers)) {
      const answer = await ask(method, samplePath(path), authorization);
      const { code } = await answer
        .clone()
        .json<{ code?: string }>()
        .catch(() => ({ code: undefined }));
      verdicts[name] = code === 'unauthorized' || code === 'forbidden' ? code : 'heard';
      const isHeard = wanted === 'anyone' || (scopes !== 'stranger' && scopes.includes(wanted));
      expected[name] = isHeard ? 'heard' : scopes === 'stranger' ? 'unauthorized' : 'forbidden';
    }
    expect(verdicts).toEqual(expected);
  });
});
