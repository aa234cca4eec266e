import { describe, expect, it, vi } from 'vitest';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Http, HttpFailure } from './http.ts';
import { lazyHttp } from './lazy-http.ts';

const never = new AbortController().signal;
const bounds = { headers: {}, maxBytes: 1, timeoutMs: 1 };
const GONE = { reason: 'interface-not-usable', name: 'wwan0', known: ['lo'] } as const;

function aWay(): Http {
  const answer = ok({ status: 200, headers: {}, bytes: new Uint8Array() });
  const stream = ok({ status: 200, headers: {}, body: (async function* () {})(), discard: () => {} });
  return { get: async () => answer, getStream: async () => stream, post: async () => answer, close: vi.fn() };
}

describe('a way out that is looked for by the first request', () => {
  it('costs nothing before, fails each request while there is none, and is kept once it is there', async () => {
    const way = aWay();
    const open = vi.fn<() => Result<Http, HttpFailure>>(() => err(GONE));
    const http = lazyHttp(open);
    expect(open).not.toHaveBeenCalled();
    const gone = { ok: false, failure: GONE };
    expect(await http.get('http://localhost/', bounds, never)).toEqual(gone);
    expect(await http.getStream('http://localhost/', bounds, never)).toEqual(gone);
    expect(await http.post('http://localhost/', { ...bounds, body: new Uint8Array() }, never)).toEqual(gone);
    open.mockReturnValue(ok(way));
    expect(await http.get('http://localhost/', bounds, never)).toMatchObject({ ok: true });
    expect(await http.getStream('http://localhost/', bounds, never)).toMatchObject({ ok: true });
    expect(open).toHaveBeenCalledTimes(4);
    await http.close();
    expect(way.close).toHaveBeenCalledOnce();
  });

  it('is closed without ever having been opened', async () => {
    const open = vi.fn<() => Result<Http, HttpFailure>>(() => err(GONE));
    await lazyHttp(open).close();
    expect(open).not.toHaveBeenCalled();
  });
});
