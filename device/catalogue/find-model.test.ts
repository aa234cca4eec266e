import { describe, expect, it } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import { findModel } from './find-model.ts';

describe('the catalogue that is built in', () => {
  it('knows the geometry and the protected ranges of a model', () => {
    expect(findModel('quectel/ec25euga-m4g' as ModelId)).toMatchObject({
      ok: true,
      value: {
        storage: { pageBytes: 2048, pagesPerBlock: 64 },
        protectedRanges: expect.arrayContaining([{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }]),
      },
    });
  });

  it('says what is missing of a model that is known too little', () => {
    expect(findModel('quectel/ec25euxga-m1g' as ModelId)).toMatchObject({
      ok: false,
      failure: { reason: 'model-incomplete', missing: [expect.stringContaining('partition table')] },
    });
  });

  it('names what it knows where it does not know a model', () => {
    expect(findModel('sierra/em7455-m1g' as ModelId)).toMatchObject({
      ok: false,
      failure: { reason: 'model-not-in-catalogue', known: expect.arrayContaining(['quectel/ec25euga-m4g']) },
    });
  });
});
