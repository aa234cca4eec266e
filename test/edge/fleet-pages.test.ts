import { beforeEach, describe, expect, it, vi } from 'vitest';
import { insertReports } from '../../edge/store/report-rows.ts';
import { report } from '../../shared/test-documents.ts';
import { HOSTILE, ORIGIN, RELEASE, setUpFleet } from './a-fleet.ts';
import { EUGA, R06 } from './a-publisher.ts';
import { type Edge, edgeOn } from './an-edge.ts';
import { mustStore, putRollout } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';
import { rolloutOf } from './visible-chain.ts';

const fleet = setUpFleet();
const { browser, entry, confirmation } = fleet;
let edge: Edge;
beforeEach(() => {
  ({ edge } = fleet);
});

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
    fleet.edge = await edgeOn(edge.bucket, { clock: edge.clock, questions });
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
    fleet.edge = await edgeOn(edge.bucket, { clock: edge.clock, questions });
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
      expect(html.includes('<td class="number" data-is="Devices it failed on:">1</td>')).toBe(
        path !== '/fleet',
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
