import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import { totalSectorsOf } from '../../shared/storage.ts';
import { findModel, readVendor } from './find-model.ts';
import { familyJsonSchema, SCHEMA_PATH } from './json-schema.ts';
import { readFamily } from './read-family.ts';

const EC25_FILE = new URL('../quectel/ec25.yaml', import.meta.url);

describe('the catalogue', () => {
  it('holds strict entries for every model that can be published', async () => {
    const families = await readVendor('quectel');
    const models = families.ok
      ? families.value.flatMap(({ entries }) => entries.map(({ model }) => model))
      : families;
    expect(models).toEqual(['quectel/ec25euga-m4g', 'quectel/eg25ggb-m2g']);
  });

  it('protects the calibration of every model, inside its storage and without overlap', async () => {
    const families = await readVendor('quectel');
    if (!families.ok) throw new Error(families.failure.reason);
    for (const entry of families.value.flatMap(({ entries }) => entries)) {
      expect(entry.protectedRanges.map(({ name }) => name)).toContain('EFS2');
      const sorted = entry.protectedRanges.toSorted((a, b) => a.startSector - b.startSector);
      let end = 0;
      for (const range of sorted) {
        expect(range.startSector).toBeGreaterThanOrEqual(end);
        end = range.startSector + range.sectorCount;
      }
      expect(end).toBeLessThanOrEqual(totalSectorsOf(entry.storage));
    }
  });

  it('does not publish a model whose partition table is unknown, and says what is missing', async () => {
    const found = await findModel('quectel/ec25euxga-m1g' as ModelId);
    expect(found).toMatchObject({ ok: false, failure: { reason: 'model-incomplete' } });
  });

  it.each(['quectel/rm999aa-m4g', 'sierra/em7455-m1g'])(
    'does not know %s and names what it knows',
    async (id) => {
      expect(await findModel(id as ModelId)).toMatchObject({
        ok: false,
        failure: { reason: 'model-unknown' },
      });
    },
  );

  it.each([
    ['an unknown field', (yaml: string) => yaml.replace('family: EC25', 'family: EC25\nprotectedRange: []')],
    ['a missing field', (yaml: string) => yaml.replace('programmerImageId: 13', '')],
    ['a repeated key', (yaml: string) => yaml.replace('vendor: quectel', 'vendor: quectel\nvendor: sierra')],
    [
      'an alias',
      (yaml: string) =>
        yaml.replace('edges: []', 'edges: &none []').replace('knownIssues: []', 'knownIssues: *none'),
    ],
    ['no YAML at all', () => '\tnot: [yaml'],
    ['a page size no chip has', (yaml: string) => yaml.replace('pageBytes: 2048', 'pageBytes: 2000')],
  ])('refuses a family file with %s', async (_, spoil) => {
    const yaml = await readFile(EC25_FILE, 'utf8');
    expect(readFamily(yaml, 'ec25.yaml').ok).toBe(true);
    expect(readFamily(spoil(yaml), 'ec25.yaml')).toMatchObject({
      ok: false,
      failure: { reason: 'family-file-invalid', file: 'ec25.yaml' },
    });
  });

  it('has a JSON Schema for editors that is current (node manifests/catalogue/write-schema.ts)', async () => {
    expect(JSON.parse(await readFile(SCHEMA_PATH, 'utf8'))).toEqual(JSON.parse(familyJsonSchema()));
  });
});
