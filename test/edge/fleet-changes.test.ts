import { beforeEach, describe, expect, it } from 'vitest';
import type { RolloutEntry } from '../../shared/rollout.ts';
import { HOSTILE, RELEASE, setUpFleet } from './a-fleet.ts';
import { EUGA, R06 } from './a-publisher.ts';
import type { Edge } from './an-edge.ts';
import { mustStore, putRollout } from './publish.ts';
import { rolloutOf } from './visible-chain.ts';

const fleet = setUpFleet();
const { browser, aToken, entry, confirmation, audit } = fleet;
let edge: Edge;
beforeEach(() => {
  ({ edge } = fleet);
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
