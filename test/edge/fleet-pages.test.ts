import { beforeEach, describe, expect, it, vi } from 'vitest';
import { insertReports } from '../../edge/store/report-rows.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { auditListSchema } from '../../shared/operator-api.ts';
import { makeOperatorToken, type TokenScope } from '../../shared/operator-token.ts';
import type { RolloutEntry } from '../../shared/rollout.ts';
import { report } from '../../shared/test-documents.ts';
import { EUGA, R06 } from './a-publisher.ts';
import { anEdge, type Edge, edgeOn } from './an-edge.ts';
import { mustStore, published, putRollout } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';
import { chainOf, rolloutOf } from './visible-chain.ts';

const ORIGIN = 'http://localhost';
const RELEASE = `/fleet/models/${EUGA}/releases/${R06}`;
const HOSTILE = `"><script>alert(1)</script>'); DROP TABLE audit_log; --`;

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
  await published(edge);
  await mustStore(await putRollout(edge, rolloutOf({ percentage: 10 })));
});

/** A browser that is signed in with this token, or with none. */
function browser(token: string | null = operatorToken) {
  const headers = {
    accept: 'text/html',
    ...(token === null ? {} : { cookie: `theme=x; __Secure-cistern-operator=${token}` }),
  };
  return {
    get: (path: string) => edge.request(path, { headers }),
    post: (path: string, form: Record<string, string>, fields: Record<string, string> = { origin: ORIGIN }) =>
      edge.request(path, {
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
  await mustStore(await edge.request('/v1/operator/tokens', { method: 'POST', body, headers }));
  return token;
}

/** What devices are told of the release. */
async function entry(): Promise<RolloutEntry | undefined> {
  const { rollout } = await chainOf(edge);
  const { sha256 } = rollout.signed.targets[`${EUGA}/rollout.json`].hashes;
  const document = await edge.request(`/v1/models/${EUGA}/targets/${EUGA}/${sha256}.rollout.json`);
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
  return auditListSchema.parse(await (await edge.request('/v1/operator/audit', { headers })).json()).entries;
}

describe('the door of the fleet', () => {
  it.each(['/fleet', `/fleet/models/${EUGA}`, RELEASE, `${RELEASE}/confirm?action=resume`])(
    'shows a stranger at %s where to sign in, and nothing else',
    async (path) => {
      const answer = await browser(null).get(path);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      const html = await answer.text();
      expect(html).toContain('Operator token');
      expect(html).not.toContain(R06);
    },
  );

  it('opens to a token, which is kept where no script and no other site reads it', async () => {
    const answer = await browser(null).post('/fleet/session', { token: ` ${operatorToken}\n` });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/fleet']);
    expect(answer.headers.get('set-cookie')).toBe(
      `__Secure-cistern-operator=${operatorToken}; Path=/fleet; HttpOnly; Secure; SameSite=Strict; Max-Age=28800`,
    );
  });

  it.each(['wrong', '', HOSTILE, 'a; Domain=evil', 'x'.repeat(10_000)])(
    'stays shut to the token "%.20s"',
    async (token) => {
      const answer = await browser(null).post('/fleet/session', { token });
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
      expect(await answer.text()).toContain('not one that works here');
    },
  );

  it('counts wrong tokens in cookies as well, because somebody may be guessing', async () => {
    let status = 0;
    for (let i = 0; i < 30 && status !== 429; i++) status = (await browser(`guess${i}`).get('/fleet')).status;
    expect(status).toBe(429);
  });

  it.each<[string, string | null, number, (page: ReturnType<typeof browser>) => Promise<Response>]>([
    ['a page', operatorToken, 200, ({ get }) => get('/fleet')],
    ['the door', null, 401, ({ get }) => get('/fleet')],
    ['signing in', null, 303, ({ post }) => post('/fleet/session', { token: operatorToken })],
    ['signing out', operatorToken, 303, ({ post }) => post('/fleet/session/end', {})],
  ])('counts %s as a question, so that nobody asks without end', async (_, token, status, ask) => {
    const keys: string[] = [];
    const questions: RateLimit = {
      async limit({ key }) {
        keys.push(key);
        return { success: keys.length <= 2 };
      },
    };
    edge = await edgeOn(edge.bucket, { clock: edge.clock, questions });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask(browser(token))).status);
    expect(statuses).toEqual([status, status, 429]);
  });

  it('is counted by the operator, whatever address asks, and leaves a line in the log', async () => {
    const keys: string[] = [];
    const questions: RateLimit = {
      async limit({ key }) {
        keys.push(key);
        return { success: true };
      },
    };
    edge = await edgeOn(edge.bucket, { clock: edge.clock, questions });
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    const answer = await browser().get(RELEASE);
    const lines = info.mock.calls.map(([line]) => JSON.parse(String(line)));
    info.mockRestore();
    expect(keys).toEqual(['root token']);
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'request',
        requestId: answer.headers.get('x-request-id'),
        path: RELEASE,
        status: 200,
        actor: 'root token',
      }),
    ]);
  });

  it('shuts behind who signs out', async () => {
    const answer = await browser().post('/fleet/session/end', {});
    expect(answer.headers.get('set-cookie')).toMatch(/^__Secure-cistern-operator=; .*Max-Age=0$/);
  });

  it.each([
    ['of another site', { origin: 'https://evil.example' }],
    ['of a sandbox', { origin: 'null' }],
    ['without an origin', {}],
  ])('takes no form %s', async (_, fields) => {
    const { form } = await confirmation({ action: 'halt', why: 'x' });
    for (const path of ['/fleet/session', '/fleet/session/end', RELEASE]) {
      expect((await browser().post(path, { ...form, token: operatorToken }, fields)).status).toBe(400);
    }
    expect((await entry())?.state).toBe('running');
  });

  it('takes no form of another kind, and none that is too long', async () => {
    const headers = { origin: ORIGIN, authorization: `Bearer ${operatorToken}` };
    const json = { ...headers, 'content-type': 'application/json' };
    expect((await edge.request(RELEASE, { method: 'POST', headers: json, body: '{}' })).status).toBe(415);
    const { post } = browser();
    expect((await post(RELEASE, { action: 'halt', why: 'x'.repeat(100_000) })).status).toBe(413);
  });
});

describe('the fleet', () => {
  it('tells rollouts, failures by step, and who needs a person', async () => {
    const receivedAt = new Date(START_MS - 60_000).toISOString();
    const failed = report({
      model: EUGA,
      toVersion: R06,
      outcome: 'unfinished',
      lastStep: 'programming',
      reason: 'modem-lost',
      modemState: 'edl',
    });
    await insertReports(edge.db, [{ receivedAt, report: failed }]);
    for (const path of ['/fleet', `/fleet/models/${EUGA}`]) {
      const html = await (await browser().get(path)).text();
      expect(html).toContain('10 %');
      expect(html).toContain('<code>modem-lost</code>');
      expect(html).toContain(failed.deviceId.slice(0, 12));
      expect(html).toContain('unfinished at programming: modem-lost');
      expect(html).toContain(
        'aria-label="Attempts a day: 1 in all, of which 0 updated, 1 on the busiest day."',
      );
    }
  });

  it('puts what is halted first, with its reason', async () => {
    await mustStore(await putRollout(edge, rolloutOf({ state: 'halted', why: 'It loses its roaming.' })));
    const html = await (await browser().get('/fleet')).text();
    expect(html).toContain('waiting for a decision');
    expect(html).toContain('It loses its roaming.');
  });

  it('shows a halt also where the model is on another page, until it is resumed', async () => {
    const { form } = await confirmation({ action: 'halt', why: 'It loses its roaming.' });
    await browser().post(RELEASE, form);
    const elsewhere = '/fleet?after=quectel/z';
    expect(await (await browser().get(elsewhere)).text()).toContain('waiting for a decision');
    await browser().post(RELEASE, (await confirmation({ action: 'resume' })).form);
    expect(await (await browser().get(elsewhere)).text()).not.toContain('waiting for a decision');
  });

  it.each([`/fleet/models/quectel/nobody-m4g`, `/fleet/models/${EUGA}/releases/EC25EUGAR09A01M4G`])(
    'has no page %s',
    async (path) => {
      expect((await browser().get(path)).status).toBe(404);
    },
  );
});

describe('a change of a rollout', () => {
  it('is shown first, and nothing is done before it is confirmed', async () => {
    const { page, form } = await confirmation({ action: 'halt', why: 'It loses its roaming.' });
    expect(page).toContain('Halt this release?');
    expect(form).toMatchObject({ action: 'halt', why: 'It loses its roaming.' });
    expect((await entry())?.state).toBe('running');
  });

  it.each<[Record<string, string>, Partial<RolloutEntry>, string]>([
    [{ action: 'halt', why: 'Why.' }, { state: 'halted', why: 'Why.', percentage: 10 }, 'rollout.halted'],
    [{ action: 'recall', why: 'Why.' }, { state: 'recalled', why: 'Why.' }, 'rollout.recalled'],
    [
      { action: 'offer', percentage: '55.5', channel: 'beta' },
      { state: 'running', percentage: 55.5, channel: 'beta' },
      'rollout.changed',
    ],
  ])('%j is signed and audited when it is confirmed', async (change, expected, action) => {
    const { form } = await confirmation(change);
    const answer = await browser().post(RELEASE, form);
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `${RELEASE}?done=${change.action}`,
    ]);
    expect(await entry()).toMatchObject(expected);
    expect((await audit())[0]).toMatchObject({ action, actor: 'root token', outcome: 'done' });
  });

  it('resumes what was halted as it was', async () => {
    const { form: halt } = await confirmation({ action: 'halt', why: 'Why.' });
    await browser().post(RELEASE, halt);
    const { form } = await confirmation({ action: 'resume' });
    await browser().post(RELEASE, form);
    expect(await entry()).toMatchObject({ state: 'running', why: '', percentage: 10 });
  });

  it('is refused where somebody else changed the rollout meanwhile', async () => {
    const { form } = await confirmation({ action: 'offer', percentage: '100', channel: 'stable' });
    await mustStore(await putRollout(edge, rolloutOf({ state: 'halted', why: 'It bricks.' })));
    const answer = await browser().post(RELEASE, form);
    expect(answer.status).toBe(412);
    expect(await entry()).toMatchObject({ state: 'halted', why: 'It bricks.' });
  });

  it('is for a token with the scope rollout alone, and written down under its name', async () => {
    const { form } = await confirmation({ action: 'halt', why: 'Why.' });
    const reader = browser(await aToken(['read']));
    expect(await (await reader.get(RELEASE)).text()).toContain(
      'This token may read, and not change a rollout.',
    );
    expect((await reader.post(RELEASE, form)).status).toBe(403);
    expect((await entry())?.state).toBe('running');
    const desk = await aToken(['read', 'rollout']);
    expect((await browser(desk).post(RELEASE, form)).status).toBe(303);
    expect((await audit())[0]?.actor).toContain('(a desk)');
  });

  it.each<[string, Record<string, string>]>([
    ['no reason', { action: 'halt', why: '  ' }],
    ['a reason that is too long', { action: 'halt', why: 'x'.repeat(1001) }],
    ['a share above all', { action: 'offer', percentage: '101', channel: 'stable' }],
    ['no share', { action: 'offer', percentage: 'many', channel: 'stable' }],
    ['what it is already', { action: 'offer', percentage: '10', channel: 'stable' }],
    ['resuming what runs', { action: 'resume' }],
    ['something unknown', { action: 'destroy' }],
  ])('with %s is refused in words', async (_, change) => {
    const answer = await browser().get(`${RELEASE}/confirm?${new URLSearchParams(change)}`);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toMatch(/<p class="wrong" role="alert">.+<\/p>/);
  });

  it('takes hostile words for words', async () => {
    const { page, form } = await confirmation({ action: 'halt', why: HOSTILE });
    expect(page).not.toContain('<script>');
    expect(form.etag).toMatch(/^"sha256-[0-9a-f]{64}"$/);
    await browser().post(RELEASE, { ...form, why: HOSTILE });
    expect((await entry())?.why).toBe(HOSTILE);
    for (const path of ['/fleet', RELEASE, `/models/${EUGA}/releases/${R06}`, `/?installed=${R06}`]) {
      const html = await (await browser().get(path)).text();
      expect(html).toContain('DROP TABLE audit_log');
      expect(html).not.toContain('<script>');
    }
    expect((await audit()).length).toBeGreaterThan(0);
  });
});
