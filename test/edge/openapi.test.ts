/** The description against the Worker: it has the paths that the Worker has, and every example in it works. */
import { beforeAll, describe, expect, it } from 'vitest';
import { FIRST_ROLLOUT_ETAG, REPORT, REPORT_SIGNATURE } from '../../edge/openapi/example-values.ts';
import { NDJSON } from '../../edge/openapi/operation.ts';
import { operations } from '../../edge/openapi/operations.ts';
import { type Described, describedOperations } from '../../edge/pages/docs/described.ts';
import { type ExampleRequest, exampleRequest } from '../../edge/pages/docs/example-request.ts';
import { reportListSchema } from '../../shared/operator-api.ts';
import { signedPost } from './a-device.ts';
import { aPublisher, aRelease, aRoot, R06, R08 } from './a-publisher.ts';
import { anEdge, type Edge } from './an-edge.ts';
import { samplePath } from './authorisation-table.ts';
import { mustStore, publish } from './publish.ts';
import { operatorToken } from './secrets.ts';

let edge: Edge;

/** What the examples speak of: two releases, a token, a report, and the rollout that a model begins with. */
beforeAll(async () => {
  edge = await anEdge();
  const publisher = await aPublisher();
  await mustStore(await edge.put('/v1/operator/root/1.root.json', await aRoot(publisher)));
  const vouched = { installableFrom: [{ from: { baseline: 6 }, source: 'a test' }] };
  const releases = [await aRelease(R06, { seed: 1 }), await aRelease(R08, { seed: 2, manifest: vouched })];
  await publish(edge, publisher, { version: 1, releases });
  for (const id of ['post-v1-operator-tokens', 'post-v1-telemetry']) {
    await mustStore(await send(described(id)));
  }
  await edge.drain();
});

function described(id: string): Described {
  const found = describedOperations().find(({ operation }) => operation.operationId === id);
  if (found === undefined) throw new Error(`the description has no ${id}`);
  return found;
}

/** The example, as `/docs` shows it, with one optional parameter more or another Accept. */
async function send(
  of: Described,
  options: { readonly with?: string; readonly accept?: string } = {},
): Promise<Response> {
  const { method, pathAndQuery, headers, body, isOperator } = exampleRequest(of, options);
  return edge.request(pathAndQuery, {
    method,
    headers: {
      accept: options.accept ?? '*/*',
      ...(isOperator ? { authorization: `Bearer ${operatorToken}` } : {}),
      ...headers,
    },
    body: await bytesOf(body),
  });
}

async function bytesOf(body: ExampleRequest['body']): Promise<BodyInit | null> {
  if (body?.kind !== 'file') return body?.text ?? null;
  return (await mustStore(await edge.request(body.servedAt))).arrayBuffer();
}

/** A success that the description has, of a type that it has, of the schema that it was made from. */
async function expectAsDescribed({ path, method, operation }: Described, response: Response): Promise<void> {
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const answers = Object.keys(operation.responses).filter((status) => status !== 'default');
  expect(answers, text.slice(0, 300)).toContain(String(response.status));
  const content = operation.responses[response.status]?.content;
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (content !== undefined) expect(Object.keys(content)).toContain(type);
  const schema = operations[path]?.[method]?.answer;
  if (schema !== undefined && type === 'application/json') schema.parse(JSON.parse(text));
}

const rows = describedOperations().map((of) => ({ name: of.operation.operationId, ...of }));

describe('an example of the description', () => {
  it.each(rows)('$name is answered as described', async (of) => {
    const response = await send(of);
    const shown = Object.entries(of.operation.responses).flatMap(([status, { content }]) => {
      const example = content?.['application/json']?.example;
      return example === undefined ? [] : [{ status: Number(status), body: example }];
    });
    for (const { status, body } of shown) {
      expect({ status: response.status, body: await response.clone().json() }).toEqual({ status, body });
    }
    await expectAsDescribed(of, response);
  });

  const optional = rows.flatMap((of) =>
    of.operation.parameters
      .filter(({ required, in: place }) => !required && (place === 'query' || of.method === 'get'))
      .map((parameter) => ({ of, name: of.name, parameter: parameter.name })),
  );

  it.each(optional)('$name is answered as described with $parameter', async ({ of, parameter }) => {
    const response = await send(of, { with: parameter });
    await expectAsDescribed(of, response.clone());
    if (parameter === 'Range') expect(response.status).toBe(206);
  });

  it('GET /v1/operator/reports is a report a line for who accepts NDJSON', async () => {
    const of = described('get-v1-operator-reports');
    expect(Object.keys(of.operation.responses[200]?.content ?? {})).toContain(NDJSON);
    const response = await send(of, { accept: NDJSON });
    await expectAsDescribed(of, response.clone());
    const lines = new TextDecoder()
      .decode(await response.arrayBuffer())
      .trimEnd()
      .split('\n');
    const { element } = reportListSchema.shape.reports;
    expect(lines.map((line) => element.parse(JSON.parse(line)).report)).toEqual([REPORT]);
  });

  it('PUT …/rollout is refused where If-Match names what was in force before', async () => {
    const of = described('put-v1-operator-models-vendor-model-rollout');
    const request = exampleRequest(of);
    expect(request.headers['If-Match']).toBe(FIRST_ROLLOUT_ETAG);
    await mustStore(await send(of));
    const text = request.body?.kind === 'text' ? request.body.text : '';
    const other = text.replace('"percentage":5', '"percentage":6');
    expect(other).not.toBe(text);
    const headers = { ...request.headers, authorization: `Bearer ${operatorToken}` };
    const refused = await edge.request(request.pathAndQuery, { method: 'PUT', headers, body: other });
    expect(refused.status).toBe(412);
  });

  it('POST /v1/telemetry is signed by the key that RFC 9421 prints', async () => {
    const key = {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
      x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
    };
    const privateKey = await crypto.subtle.importKey('jwk', key, 'Ed25519', false, ['sign']);
    const { deviceId, deviceKey } = REPORT;
    const { headers } = await signedPost({ deviceId, deviceKey, privateKey }, REPORT);
    const fields = Object.entries(REPORT_SIGNATURE).map(([name, value]) => [name.toLowerCase(), value]);
    expect(headers).toMatchObject(Object.fromEntries(fields));
  });
});

describe('the description', () => {
  /** For people; `/fleet` and what is below it too. */
  const PAGES = [
    '/',
    '/models',
    '/models/{vendor}/{model}',
    '/models/{vendor}/{model}/releases/{version}',
    '/diagnose',
    '/docs',
    '/style/{file}',
    '/icon.svg',
  ];
  const isPage = (path: string) => PAGES.includes(path) || path.startsWith('/fleet');

  /** A path of the route table with the methods it takes, as the Worker itself says: by 405 and Allow. */
  async function methodsOf(route: string): Promise<string[]> {
    const headers = { authorization: `Bearer ${operatorToken}` };
    const refused = await edge.request(samplePath(route), { method: 'PATCH', headers });
    expect([route, refused.status]).toEqual([route, 405]);
    const allowed = (refused.headers.get('allow') ?? '').split(', ');
    return allowed.filter((method) => method !== 'HEAD').sort();
  }

  it('has each path and each method of the Worker, and no other', async () => {
    const routes: Record<string, string[]> = {};
    for (const route of new Set(edge.routes.filter((path) => !path.endsWith('*')))) {
      const path = route.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');
      if (!isPage(path)) routes[path] = await methodsOf(route);
    }
    const listed: Record<string, string[]> = {};
    for (const { path, method } of describedOperations()) {
      listed[path] = [...(listed[path] ?? []), method.toUpperCase()].sort();
    }
    expect(listed).toEqual(routes);
  });
});
