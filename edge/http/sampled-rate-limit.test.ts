import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { RATE_READS_SAMPLE } from '../limits.ts';
import { sampledRateLimit } from './sampled-rate-limit.ts';

/** A site behind a limit of `limit` counted requests, whose sample and clock the test decides. */
function aSite(limit: number) {
  const state = { nowMs: 0, random: 0, counted: 0 };
  const limiter = { limit: async () => ({ success: ++state.counted <= limit }) } as RateLimit;
  const app = new Hono();
  app.use(sampledRateLimit(limiter, { nowMs: () => state.nowMs, random: () => state.random }));
  app.get('/', (context) => context.text('served'));
  const ask = async (address: string) => app.request('/', { headers: { 'cf-connecting-ip': address } });
  const visit = async (address: string) => (await ask(address)).status;
  return { state, ask, visit };
}

describe('a sampled rate limit', () => {
  it('counts only the sample', async () => {
    const { state, visit } = aSite(10);
    state.random = 1 / RATE_READS_SAMPLE;
    expect(await visit('203.0.113.1')).toBe(200);
    expect(state.counted).toBe(0);
    state.random = 0;
    expect(await visit('203.0.113.1')).toBe(200);
    expect(state.counted).toBe(1);
  });

  it('refuses who exceeded it for a minute, sampled or not, and nobody else', async () => {
    const { state, visit } = aSite(1);
    await visit('203.0.113.1');
    expect(await visit('203.0.113.1')).toBe(429);
    state.random = 0.9;
    expect(await visit('203.0.113.1')).toBe(429);
    expect(await visit('203.0.113.2')).toBe(200);
    state.nowMs = 60_001;
    expect(await visit('203.0.113.1')).toBe(200);
  });

  it('tells whom it refuses the policy, and that nothing is left, counted or not', async () => {
    const { state, ask } = aSite(0);
    for (state.random of [0, 0.9]) {
      const { status, headers } = await ask('203.0.113.1');
      expect(status).toBe(429);
      expect(headers.get('ratelimit-policy')).toBe('"reads";q=96000;w=60');
      expect(headers.get('ratelimit')).toBe('"reads";r=0;t=60');
    }
  });

  it('remembers a bounded number of clients', async () => {
    const { state, visit } = aSite(0);
    for (let i = 0; i < 1100; i++) await visit(`10.0.${i >> 8}.${i & 255}`);
    state.random = 0.9;
    expect(await visit('10.0.0.0')).toBe(200);
  });
});
