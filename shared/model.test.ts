import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODEL_ID_MAX_CHARS } from './limits.ts';
import { modelOf, parseModelId, productOf } from './model.ts';
import { version } from './test-documents.ts';

describe('a model id', () => {
  it.each(['quectel/ec25euga-m4g', 'quectel/rm520nglaa-m4g', 'telit/le910c4eu-m8g'])('may be %s', (text) => {
    expect(parseModelId(text)).toBe(text);
  });

  it.each([
    '',
    'ec25euga-m4g',
    'quectel/ec25euga',
    'Quectel/ec25euga-m4g',
    'quectel/EC25EUGA-m4g',
    'quectel/../ec25euga-m4g',
    'quectel/ec25euga-m4g/',
    'quectel/ec25euga-m4g\n',
    ' quectel/ec25euga-m4g',
    'quectel/ec25-euga-m4g',
    `quectel/${'e'.repeat(MODEL_ID_MAX_CHARS)}-m4g`,
  ])('is never %j', (text) => {
    expect(parseModelId(text)).toBeNull();
  });

  it('is safe as part of a path, whatever the text was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('q', '.', '/', '-', '%', '4'), maxLength: 20 }),
        (text) => {
          if (parseModelId(text) !== null) expect(text).not.toMatch(/\.|%|\/\/|^\/|\/$/);
        },
      ),
    );
  });
});

describe('the model of a version', () => {
  it.each([
    ['EC25EUGAR08A03M4G_01.200.01.200', 'quectel/ec25euga-m4g'],
    ['EC25EFAR02A08M4G', 'quectel/ec25efa-m4g'],
    ['RM520NGLAAR03A02M4GA', 'quectel/rm520nglaa-m4g'],
    ['EM20GRAR01A04V01M4G', 'quectel/em20gra-m4g'],
  ])('of %s is %s', (text, model) => {
    expect(modelOf('quectel', version(text))).toBe(model);
  });

  it('tells variants apart that eight characters do not', () => {
    const [first, second] = ['RM520NGLAAR03A02M4G', 'RM520NGLAPR03A02M4G'].map(version);
    expect(productOf(first as never)).not.toBe(productOf(second as never));
  });

  it('is none for a vendor that is not spelt as one', () => {
    expect(modelOf('Quectel Inc.', version('EC25EFAR02A08M4G'))).toBeNull();
  });
});
