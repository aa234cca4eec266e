import { describe, expect, it } from 'vitest';
import { assertNever, err, ok } from './result.ts';

describe('a result', () => {
  it('holds a value or a failure', () => {
    expect(ok(1)).toEqual({ ok: true, value: 1 });
    expect(ok()).toEqual({ ok: true, value: undefined });
    expect(err({ reason: 'x' })).toEqual({ ok: false, failure: { reason: 'x' } });
  });
});

describe('a case that cannot be', () => {
  it('throws and shows what it met', () => {
    expect(() => assertNever({ reason: 'new' } as never)).toThrow('unhandled case: {"reason":"new"}');
  });
});
