import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readBody, readJson } from './body.ts';

/** A body that comes in pieces and does not say how long it is. */
function streamed(pieces: number, pieceBytes: number): { request: Request; wasCancelled: () => boolean } {
  let left = pieces;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(pieceBytes));
      else controller.close();
    },
    cancel() {
      cancelled = true;
    },
  });
  return { request: new Request('http://edge/', { method: 'PUT', body }), wasCancelled: () => cancelled };
}

describe('reading a body', () => {
  it('takes what is exactly as large as allowed', async () => {
    const body = await readBody(streamed(4, 25).request, 100);
    expect(body.ok && body.value.length).toBe(100);
  });

  it('stops reading once it is too large, although no length was announced', async () => {
    const { request, wasCancelled } = streamed(1000, 25);
    expect(await readBody(request, 100)).toMatchObject({ ok: false, failure: { reason: 'body-too-large' } });
    expect(wasCancelled()).toBe(true);
  });

  it('refuses an announced length unread', async () => {
    const request = new Request('http://edge/', {
      method: 'PUT',
      body: 'x',
      headers: { 'content-length': '101' },
    });
    expect(await readBody(request, 100)).toMatchObject({ failure: { reason: 'body-too-large' } });
    expect(request.bodyUsed).toBe(false);
  });

  it('takes no body for an empty one', async () => {
    const body = await readBody(new Request('http://edge/'), 100);
    expect(body.ok && body.value.length).toBe(0);
  });
});

describe('reading JSON', () => {
  const schema = z.strictObject({ a: z.int() });
  const send = (body: BodyInit, type = 'application/json') =>
    readJson(
      new Request('http://edge/', { method: 'POST', body, headers: { 'content-type': type } }),
      schema,
      100,
    );

  it.each<[string, Promise<unknown>, string]>([
    ['another type', send('{"a":1}', 'text/plain'), 'unsupported-media-type'],
    ['a type that only begins alike', send('{"a":1}', 'application/jsonp'), 'unsupported-media-type'],
    ['no JSON', send('{'), 'invalid-request'],
    ['no UTF-8', send(new Uint8Array([0x22, 0xff, 0x22])), 'invalid-request'],
    ['an unknown field', send('{"a":1,"b":2}'), 'body-invalid'],
    ['a field of another type', send('{"a":"1"}'), 'body-invalid'],
  ])('refuses %s', async (_, outcome, reason) => {
    expect(await outcome).toMatchObject({ ok: false, failure: { reason } });
  });

  it('says where it deviates', async () => {
    expect(await send('{"a":"1"}')).toMatchObject({ failure: { errors: [{ pointer: '/a' }] } });
  });

  it('takes a charset parameter', async () => {
    expect(await send('{"a":1}', 'application/json; charset=utf-8')).toEqual({ ok: true, value: { a: 1 } });
  });
});
