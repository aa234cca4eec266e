import { beforeEach } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { auditListSchema } from '../../shared/operator-api.ts';
import { makeOperatorToken, type TokenScope } from '../../shared/operator-token.ts';
import type { RolloutEntry } from '../../shared/rollout.ts';
import { EUGA, R06 } from './a-publisher.ts';
import { anEdge, type Edge } from './an-edge.ts';
import { mustStore, published, putRollout } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';
import { chainOf, rolloutOf } from './visible-chain.ts';

export const ORIGIN = 'http://localhost';
export const RELEASE = `/fleet/models/${EUGA}/releases/${R06}`;
export const HOSTILE = `"><script>alert(1)</script>'); DROP TABLE audit_log; --`;

/** A fresh edge with one release on its way before each test of the file, and a browser before its pages. */
export function setUpFleet() {
  const at = {} as { edge: Edge };
  beforeEach(async () => {
    at.edge = await anEdge();
    await published(at.edge);
    await mustStore(await putRollout(at.edge, rolloutOf({ percentage: 10 })));
  });

  /** A browser that is signed in with this token, or with none. */
  function browser(token: string | null = operatorToken) {
    const headers = {
      accept: 'text/html',
      ...(token === null ? {} : { cookie: `theme=x; __Secure-cistern-operator=${token}` }),
    };
    return {
      get: (path: string) => at.edge.request(path, { headers }),
      post: (
        path: string,
        form: Record<string, string>,
        fields: Record<string, string> = { origin: ORIGIN },
      ) =>
        at.edge.request(path, {
          method: 'POST',
          body: new URLSearchParams(form),
          headers: { ...headers, ...fields },
          redirect: 'manual',
        }),
    };
  }

  async function aToken(scopes: readonly TokenScope[]): Promise<string> {
    const { id, token } = makeOperatorToken((length) => crypto.getRandomValues(new Uint8Array(length)));
    const expiresAt = new Date(START_MS + 60_000).toISOString();
    const sha256 = await sha256Hex(utf8(token));
    const body = JSON.stringify({ id, name: 'a desk', scopes, expiresAt, sha256, replaces: null });
    const headers = { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' };
    await mustStore(await at.edge.request('/v1/operator/tokens', { method: 'POST', body, headers }));
    return token;
  }

  /** What devices are told of the release. */
  async function entry(): Promise<RolloutEntry | undefined> {
    const { rollout } = await chainOf(at.edge);
    const { sha256 } = rollout.signed.targets[`${EUGA}/rollout.json`].hashes;
    const document = await at.edge.request(`/v1/models/${EUGA}/targets/${EUGA}/${sha256}.rollout.json`);
    const { releases } = await document.json<{ releases: RolloutEntry[] }>();
    return releases.find(({ version }) => version === R06);
  }

  /** Asks for a change, and gives the fields of the form that its page shows. */
  async function confirmation(change: Record<string, string>, token = operatorToken) {
    const page = await (await browser(token).get(`${RELEASE}/confirm?${new URLSearchParams(change)}`)).text();
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const form = Object.fromEntries(
      fields.map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]),
    );
    return { page, form };
  }

  async function audit() {
    const headers = { authorization: `Bearer ${operatorToken}` };
    return auditListSchema.parse(await (await at.edge.request('/v1/operator/audit', { headers })).json())
      .entries;
  }

  return Object.assign(at, { browser, aToken, entry, confirmation, audit });
}
