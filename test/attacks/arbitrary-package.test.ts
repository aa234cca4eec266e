/** Targets that nobody signed, or that are signed and make no sense (TUF 5.7): refused before anything is fetched by them. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INDEX, MANIFEST, PACKAGE as pkg, setUpDevice } from '../../device/repository/test-device.ts';
import { jsonBytes } from '../../device/repository/test-repository.ts';
import { aPackage, TEST_MODEL } from '../../device/stage/test-package.ts';
import { modelEntry, withUnknownFields } from '../../shared/test-documents.ts';

const at = setUpDevice();

describe('targets that are not believed', () => {
  it.each(withUnknownFields(pkg.manifest))(
    'a manifest with an unknown field in $at',
    async ({ document }) => {
      at.repository.documents[MANIFEST] = jsonBytes(document);
      expect(await at.refresh()).toMatchObject({
        failure: { reason: 'manifest-invalid', target: `${TEST_MODEL}/${MANIFEST}` },
      });
    },
  );

  it.each(withUnknownFields(modelEntry()))('an entry with an unknown field in $at', async ({ document }) => {
    at.repository.documents['model.json'] = jsonBytes(document);
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'manifest-invalid', target: `${TEST_MODEL}/model.json` },
    });
  });

  it.each([
    [
      'a wrong hash',
      { ...pkg.manifest, files: [{ ...pkg.manifest.files[0], sha256: 'AB' }] },
      'files.0.sha256',
    ],
    [
      'another version than its name',
      { ...pkg.manifest, version: 'EC25EUGAR08A04M4G_01.200.01.200' },
      'version',
    ],
  ])('a manifest with %s', async (_name, manifest, path) => {
    at.repository.documents[MANIFEST] = jsonBytes(manifest);
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'manifest-invalid', target: `${TEST_MODEL}/${MANIFEST}`, path },
    });
  });

  it.each([
    ['release', MANIFEST, { ...pkg.manifest, model: 'quectel/ec25efa-m4g' }],
    ['entry', 'model.json', { ...modelEntry(), model: 'quectel/ec25efa-m4g' }],
  ])('another model’s %s', async (_name, name, document) => {
    at.repository.documents[name] = jsonBytes(document);
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'manifest-of-another-model', found: 'quectel/ec25efa-m4g' },
    });
  });

  it('an entry that is not listed', async () => {
    delete at.repository.documents['model.json'];
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'target-missing', path: `${TEST_MODEL}/model.json` },
    });
  });

  it('bytes that are not those that were signed, or none', async () => {
    const right = at.repository.documents['model.json'] ?? new Uint8Array();
    at.server.instead.set('model.json', right.with(5, (right[5] ?? 0) ^ 1));
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'target-hash-wrong' } });
    at.server.instead.set('model.json', null);
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'target-missing' } });
  });

  it.each(['../../../etc/x.json', 'below/x.json', 'a b.json', `${'x'.repeat(200)}.json`])(
    'a name that is not plain: %s',
    async (name) => {
      at.repository.documents[name] = jsonBytes(pkg.manifest);
      expect(await at.refresh()).toMatchObject({ failure: { reason: 'target-entry-wrong' } });
    },
  );

  it('a document larger than any may be, unread', async () => {
    at.repository.documents[MANIFEST] = new Uint8Array(256 * 1024 + 1);
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'target-too-large', lengthBytes: 256 * 1024 + 1, maxBytes: 256 * 1024 },
    });
  });

  it('an index that is truncated, or not the manifest’s', async () => {
    at.repository.documents[INDEX] = pkg.indexBytes.subarray(0, -10);
    expect(await (await at.expectView()).readIndex(pkg.manifest)).toMatchObject({
      failure: { reason: 'index-invalid', why: 'truncated' },
    });
    at.repository.documents[INDEX] = aPackage({ fileSizes: { 'update/other.bin': 9 } }).indexBytes;
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    expect(await (await at.expectView()).readIndex(pkg.manifest)).toMatchObject({
      failure: { reason: 'index-invalid', why: 'contradicts-manifest' },
    });
  });

  it('a cached document that changed on the disk: it is fetched again', async () => {
    await at.expectView();
    const cache = join(at.trustDirectory(), 'targets');
    for (const name of readdirSync(cache)) writeFileSync(join(cache, name), 'x');
    at.server.asked.length = 0;
    expect((await at.expectView()).releases).toEqual([pkg.manifest]);
    expect(at.server.asked).toHaveLength(4);
  });
});
