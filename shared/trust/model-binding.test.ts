import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODEL } from '../test-documents.ts';
import { checkModelBinding } from './model-binding.ts';

const bound = (model: unknown) => JSON.stringify({ signatures: [], signed: { 'x-model': model } });

describe('the binding of metadata to a model', () => {
  it('holds for the model it was signed for', () => {
    expect(checkModelBinding(bound(MODEL), MODEL)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ['another model', bound('quectel/rm520nglaa-m4g'), 'quectel/rm520nglaa-m4g'],
    ['the model in capitals', bound(MODEL.toUpperCase()), MODEL.toUpperCase()],
    ['a model that begins alike', bound(`${MODEL}x`), `${MODEL}x`],
    ['a list of models', bound([MODEL]), 'none'],
    ['no model', bound(undefined), 'none'],
    ['null', bound(null), 'none'],
    ['a model outside the signed part', JSON.stringify({ 'x-model': MODEL, signed: {} }), 'none'],
    ['no signed part', '{}', 'none'],
    ['a signed part of null', '{"signed":null}', 'none'],
    ['null alone', 'null', 'none'],
    ['a number', '7', 'none'],
    ['a very long name', bound('x'.repeat(500)), 'x'.repeat(80)],
  ])('is refused with %s', (_, text, found) => {
    expect(checkModelBinding(text, MODEL)).toEqual({
      ok: false,
      failure: { reason: 'metadata-of-another-model', wanted: MODEL, found },
    });
  });

  it.each(['', '{', `${bound(MODEL)}x`, `\ufeff${bound(MODEL)}`, 'HTTP error'])(
    'is unreadable in %j',
    (text) => {
      expect(checkModelBinding(text, MODEL)).toEqual({
        ok: false,
        failure: { reason: 'metadata-unreadable' },
      });
    },
  );

  it('is never found in JSON that was not made for the model', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(checkModelBinding(text, MODEL).ok).toBe(false);
      }),
    );
  });
});
