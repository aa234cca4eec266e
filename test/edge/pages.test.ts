import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describedOperations } from '../../edge/pages/docs/described.ts';
import { insertReports } from '../../edge/store/report-rows.ts';
import { utf8 } from '../../shared/bytes.ts';
import { LOG_MAX_BYTES } from '../../shared/diagnosis/limits.ts';
import { sha256Hex } from '../../shared/digest.ts';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import { aPublisher, aRelease, aRoot, EUGA, R06, R08 } from './a-publisher.ts';
import { anEdge, type Edge } from './an-edge.ts';
import { mustStore, publish, putRollout } from './publish.ts';
import { rolloutOf } from './visible-chain.ts';

let edge: Edge;

/** Once for all: pages change nothing, and the two tests that need more take it back. */
beforeAll(async () => {
  edge = await anEdge();
  const publisher = await aPublisher();
  await mustStore(await edge.put('/v1/operator/root/1.root.json', await aRoot(publisher)));
  const vouched = { installableFrom: [{ from: { baseline: 6 }, source: 'a test' }], fixes: ['Roams again.'] };
  const releases = [await aRelease(R06, { seed: 1 }), await aRelease(R08, { seed: 2, manifest: vouched })];
  await publish(edge, publisher, { version: 1, releases });
});

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)> '); DROP TABLE reports; --`;

const get = (path: string, accept = BROWSER) => edge.request(path, { headers: { accept } });
const text = async (path: string) => (await get(path)).text();

function postLog(log: string, name = 'log'): Promise<Response> {
  const form = new FormData();
  form.append(name, name === 'file' ? new File([log], 'a.txt') : log);
  return edge.request('/diagnose', { method: 'POST', body: form, headers: { accept: BROWSER } });
}

describe('every page', () => {
  it.each([
    ['/', 200],
    [`/?installed=${R06}`, 200],
    ['/?installed=nothing', 400],
    ['/models', 200],
    [`/models/${EUGA}`, 200],
    [`/models/${EUGA}/releases/${R08}`, 200],
    ['/models/quectel/ec20cefa-m4g', 200],
    ['/diagnose', 200],
    ['/docs', 200],
    ['/problems/rate-limited', 200],
    ['/models/quectel/nobody-m4g', 404],
    [`/models/${EUGA}/releases/EC25EUGAR09A01M4G`, 404],
    ['/nothing', 404],
  ])('%s answers %i with HTML that may run and fetch nothing of others', async (path, status) => {
    const response = await get(path);
    const html = await response.text();
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(response.headers.get('content-length')).toBe(String(new TextEncoder().encode(html).length));
    expect(html).toMatch(/^<!doctype html><html lang="en">.*<title>[^<]+<\/title>.*<\/html>$/s);
    expect(html).not.toMatch(/<script|<style| style=| on\w+=|(?:src|href|action)="(?:[a-z]+:|\/\/)/i);
  });

  it('has its stylesheet under a name that never means another one', async () => {
    const [, path = ''] = /rel="stylesheet" href="([^"]+)"/.exec(await text('/')) ?? [];
    const style = await get(path);
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(style.headers.get('cache-control')).toContain('immutable');
    expect(await style.text()).toContain('prefers-color-scheme: dark');
    expect((await get('/style/0123456789abcdef.css')).status).toBe(404);
  });
});

describe('the look-up', () => {
  afterEach(async () => {
    await edge.db.prepare('DELETE FROM reports').run();
    await mustStore(await putRollout(edge, rolloutOf()));
  });

  const ask = (query: Record<string, string>) => text(`/?${new URLSearchParams(query)}`);

  it('answers a version with verdict, reason, source and the way', async () => {
    const html = await ask({ installed: `Revision: ${R06}\r\nOK`, wanted: '' });
    expect(html).toContain('Yes, it fits');
    expect(html).toContain(`The release names ${R06} as one it may follow.`);
    expect(html).toContain('Source: a test');
    expect(html).toContain(`href="/models/${EUGA}/releases/${R08}"`);
    expect(html).toContain('Too few devices reported');
  });

  it('says no where a rule says no', async () => {
    expect(await ask({ installed: R08, wanted: R06 })).toContain('No, it does not fit');
  });

  it('counts nothing for a release that is not here', async () => {
    const html = await ask({ installed: R06, wanted: 'EC25EUGAR09A01M4G_01.200.01.200' });
    expect(html).toContain('Not known, so do not install it');
    expect(html).not.toContain('How it went for others');
  });

  it('names what was meant', async () => {
    const html = await ask({ installed: 'EC25EUGBR06A05M4G_01.003.01.003' });
    expect(html).toContain('Did you mean');
    expect(html).toContain(`href="/models/${EUGA}"`);
  });

  it('tells of a family, which the list of models links to, what goes wrong and where it was found', async () => {
    expect(await text('/models')).toContain('<a href="/?installed=MC74">MC74xx</a>');
    const html = await ask({ installed: 'EM7455' });
    expect(html).toContain('The tool waits too long and the modem leaves the download mode (EM7455).');
    expect(html).toContain('Run the two steps by hand, one right after the other.');
    expect(html).toContain('thread forum.sierrawireless.com/t/17723');
    expect(html).toContain('<dt>Found in</dt><dd>WE826 (EM7455)</dd>');
  });

  it('puts the refusal beside the field it is about', async () => {
    const html = await ask({ installed: R06, wanted: 'the newest' });
    expect(html).toMatch(/<input id="wanted"[^>]*aria-invalid="true"/);
    expect(html).toMatch(/<p class="wrong" id="wanted-wrong">This cannot be answered/);
    expect(html).not.toContain('installed-wrong');
  });

  it('says that a release which fits is halted, and why', async () => {
    const halted = rolloutOf({ version: R08, state: 'halted', why: 'It loses its roaming.' });
    await mustStore(await putRollout(edge, halted));
    expect(await ask({ installed: R06 })).toContain('But its rollout is halted');
    expect(await ask({ installed: R06 })).toContain('It loses its roaming.');
  });

  it('counts how it went for others', async () => {
    await reports('updated', 18);
    await reports('unconfirmed', 2);
    const html = await ask({ installed: R06 });
    expect(html).toContain('90 %');
    expect(html).toContain('Of 20 devices that tried it 18 ended with the new version');
  });
});

/** Each of a device of its own, as the consumer of the queue writes them. */
async function reports(outcome: Report['outcome'], count: number): Promise<void> {
  const receivedAt = new Date(edge.clock.nowMs).toISOString();
  const many = Array.from({ length: count }, async (_, i) => ({
    receivedAt,
    report: report({
      id: crypto.randomUUID(),
      deviceId: await sha256Hex(utf8(`${outcome} ${i}`)),
      model: EUGA,
      fromVersion: R06,
      toVersion: R08,
      outcome,
    }),
  }));
  await insertReports(edge.db, await Promise.all(many));
}

describe('model and release pages', () => {
  it('tell releases, newest first, and rules with their sources', async () => {
    const html = await text(`/models/${EUGA}`);
    expect(html.indexOf(R08)).toBeGreaterThan(0);
    expect(html.lastIndexOf(`>${R06}`)).toBeGreaterThan(html.indexOf(`>${R08}`));
    expect(html).toContain('edl 1d');
  });

  it('tell what a release fixes and what it may follow', async () => {
    const html = await text(`/models/${EUGA}/releases/${R08}`);
    expect(html).toContain('Roams again.');
    expect(html).toContain('Baseline R06.');
  });

  it('tell of a model that nothing is published for what must be found out first', async () => {
    const html = await text('/models/quectel/ec20cefa-m4g');
    expect(html).toContain('Nothing is published here for this model.');
    expect(html).toContain('somebody must find out');
  });
});

describe('the diagnosis of a log', () => {
  const LOG = '[ERROR] firmware directory is empty. Mount failed? Exiting...';

  it.each(['log', 'file'])('reads what came as %s', async (name) => {
    const html = await (await postLog(LOG, name)).text();
    expect(html).toContain('What happened');
    expect(html).toContain('firmware directory is empty. Mount failed? Exiting...');
    expect(html).toContain('What to do');
  });

  it('asks again where nothing came', async () => {
    const response = await postLog('  ');
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('There was no log in the form');
  });

  it.each<[string, RequestInit, number]>([
    ['a form of another kind', { body: new URLSearchParams({ log: LOG }) }, 415],
    [
      'a form that breaks off',
      { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=b' } },
      415,
    ],
  ])('refuses %s', async (_, init, status) => {
    expect((await edge.request('/diagnose', { method: 'POST', ...init })).status).toBe(status);
  });

  it.each(['log', 'file'])('refuses a %s that is too long', async (name) => {
    expect((await postLog('x'.repeat(LOG_MAX_BYTES + 1), name)).status).toBe(413);
  });
});

describe('hostile input', () => {
  const inQuery = encodeURIComponent(HOSTILE);

  it.each([
    `/?installed=${inQuery}`,
    `/?installed=${R06}&wanted=${inQuery}`,
    `/?installed=${R06}&vendor=${inQuery}`,
    `/models?after=${inQuery}`,
    `/models/${inQuery}/${inQuery}`,
    `/models/${EUGA}/releases/${inQuery}`,
    `/problems/${inQuery}`,
    `/${inQuery}`,
  ])('in %s is text at most', async (path) => {
    const response = await get(path);
    const html = await response.text();
    expect(response.status).toBeLessThan(500);
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<img');
    expect(await edge.db.prepare('SELECT count(*) AS n FROM reports').first('n')).toBe(0);
  });

  it('in a log is shown as the line it is', async () => {
    const html = await (await postLog(`${HOSTILE}\n[ERROR] ${HOSTILE} failed`)).text();
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<img');
  });

  it.each([`/?installed=${'A'.repeat(100_000)}`, `/models/${EUGA}/releases/${'A'.repeat(100_000)}`])(
    'of 100 kB is refused in a page of bounded size',
    async (path) => {
      const response = await get(path);
      expect([400, 404]).toContain(response.status);
      expect((await response.text()).length).toBeLessThan(20_000);
    },
  );
});

describe('the page of the API', () => {
  it('has every operation of the description', async () => {
    const html = await text('/docs');
    const operations = describedOperations();
    expect(operations.length).toBeGreaterThan(15);
    for (const { operation } of operations) expect(html).toContain(`id="${operation.operationId}"`);
  });

  it('shows requests with nothing left to fill in, that of a report with what a device signs', async () => {
    const html = await text('/docs');
    const shown = [...html.matchAll(/<pre>(curl.*?)<\/pre>/gs)].map(([, example = '']) => example);
    expect(shown).toHaveLength(describedOperations().length);
    const urls = shown.map((example) => /&#39;(http.*?)&#39;/.exec(example)?.[1]);
    for (const url of urls) expect(url).toMatch(/^http[^{}[\]]+$/);
    const report = shown.find((example) => example.includes('/v1/telemetry'));
    for (const field of ['Content-Digest', 'Signature-Input', 'Signature']) {
      expect(report).toContain(`-H &#39;${field}: `);
    }
    expect(report).not.toContain('Authorization');
    expect(html).toContain('The updater signs with the key of its device');
  });
});

describe('a problem', () => {
  it.each([
    [BROWSER, 'text/html; charset=utf-8'],
    ['*/*', 'application/problem+json'],
    ['', 'application/problem+json'],
    ['application/json', 'application/problem+json'],
    ['application/json, text/html;q=0.5', 'application/problem+json'],
    ['text/html;q=0', 'application/problem+json'],
  ])('is for who accepts "%s" %s', async (accept, type) => {
    const response = await get('/v1/models?limit=0', accept);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('vary')).toContain('Accept');
  });

  it('keeps what its status asks for, and leads to its explanation', async () => {
    const response = await edge.request('/models', { method: 'PUT', headers: { accept: BROWSER } });
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await response.text()).toContain('href="/problems/method-not-allowed"');
  });

  it('has an explanation as a page and as text', async () => {
    expect(await text('/problems/range-not-satisfiable')).toContain('<h1>The range lies past the end</h1>');
    const plain = await get('/problems/range-not-satisfiable', '*/*');
    expect(plain.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });
});
