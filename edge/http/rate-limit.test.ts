import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { clientKey, rateLimited } from './rate-limit.ts';

describe('who is counted as one client', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    [null, 'unknown'],
  ])('%s is %s', (address, key) => {
    expect(clientKey(address)).toBe(key);
  });
});

describe('who asks', () => {
  /** A site that answers so many questions. */
  function aSite(quota: number) {
    let counted = 0;
    const app = new Hono();
    app.use(rateLimited({ limit: async () => ({ success: ++counted <= quota }) }, 'questions'));
    app.get('/', (context) => context.text('served'));
    return app;
  }

  it('is told the policy with every answer', async () => {
    const { headers } = await aSite(1).request('/');
    expect(headers.get('ratelimit-policy')).toBe('"questions";q=600;w=60');
    expect(headers.get('ratelimit')).toBeNull();
  });

  it('is told that nothing is left when nothing is, and for how long', async () => {
    const { status, headers } = await aSite(0).request('/');
    expect(status).toBe(429);
    expect(headers.get('ratelimit-policy')).toBe('"questions";q=600;w=60');
    expect(headers.get('ratelimit')).toBe('"questions";r=0;t=60');
    expect(headers.get('retry-after')).toBe('60');
  });
});
