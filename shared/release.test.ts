import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { versionTextSchema } from './firmware-version-schema.ts';
import { PACKAGE_MAX_BYTES, PACKAGE_MAX_FILES, PACKAGE_PATH_MAX_CHARS } from './limits.ts';
import {
  indexName,
  isPackagePath,
  manifestName,
  packagePathSchema,
  releaseManifestSchema,
} from './release.ts';
import { NEW, releaseManifest, withUnknownFields } from './test-documents.ts';

const full = releaseManifest({
  installableFrom: [{ from: { baseline: 6 }, source: 'field 2e rule 3' }],
  fixes: ['roaming'],
  knownIssues: ['none'],
});

describe('a release manifest', () => {
  it('is read as it was written', () => {
    expect(releaseManifestSchema.parse(full)).toEqual(full);
  });

  it.each(withUnknownFields(full))('is refused with an unknown field at $at', ({ document }) => {
    const read = releaseManifestSchema.safeParse(document);
    expect(read.error?.issues.map((issue) => issue.code)).toEqual(['unrecognized_keys']);
  });

  it.each(Object.keys(full))('is refused without %s', (field) => {
    expect(releaseManifestSchema.safeParse({ ...full, [field]: undefined }).success).toBe(false);
  });

  const [file] = full.files;
  it.each([
    ['a version that is none', { version: 'EC25' }],
    ['a day that does not exist', { releasedOn: '2026-02-30' }],
    ['no protected range', { protectedRanges: [] }],
    ['no file', { files: [] }],
    ['a path that stands there twice', { files: [file, { ...file, sha256: 'cd'.repeat(32) }] }],
    [
      'more files than any package',
      {
        files: Array.from({ length: PACKAGE_MAX_FILES + 1 }, (_, i) => ({ ...file, path: `f${i}` })),
      },
    ],
    ['a file outside the package', { files: [{ ...file, path: '../tz.mbn' }] }],
    ['a file before the package', { files: [{ ...file, offsetBytes: -1 }] }],
    ['a file beyond any package', { files: [{ ...file, sizeBytes: PACKAGE_MAX_BYTES + 1 }] }],
    ['a hash in capitals', { files: [{ ...file, sha256: 'AB'.repeat(32) }] }],
    ['a programmer outside the package', { flash: { ...full.flash, programmer: '/etc/passwd' } }],
    ['a package of nothing', { package: { ...full.package, sizeBytes: 0 } }],
  ])('is refused with %s', (_, changes) => {
    expect(releaseManifestSchema.safeParse({ ...full, ...changes }).success).toBe(false);
  });

  it('and its index are named after the version', () => {
    expect([manifestName(NEW), indexName(NEW)]).toEqual([`${NEW}.json`, `${NEW}.caibx`]);
  });
});

describe('a version in a document', () => {
  it.each([` ${NEW}`, `${NEW}\n`, `${NEW} `, '', 'EC25'])('is never %j: it is compared as text', (text) => {
    expect(versionTextSchema.safeParse(text).success).toBe(false);
  });

  it('is what a parsed version says of itself', () => {
    expect(versionTextSchema.parse(NEW)).toBe(NEW);
  });
});

describe('a path inside the package', () => {
  it.each(['md5.txt', 'update/firehose/prog_nand_firehose_9x07.mbn', 'a b/(c)@~+-_.x', '..a', 'a..'])(
    'may be %j',
    (path) => {
      expect(isPackagePath(path)).toBe(true);
      expect(packagePathSchema.parse(path)).toBe(path);
    },
  );

  it.each([
    '',
    '/',
    '/etc/passwd',
    '.',
    '..',
    '../a',
    'a/..',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    '..\\a',
    'C:a',
    'a\0b',
    'a\nb',
    'ä',
    '%2e%2e/a',
  ])('is never %j', (path) => {
    expect(isPackagePath(path)).toBe(false);
    expect(packagePathSchema.safeParse(path).success).toBe(false);
  });

  it('is not longer than its bound', () => {
    const path = 'a'.repeat(PACKAGE_PATH_MAX_CHARS);
    expect(packagePathSchema.safeParse(path).success).toBe(true);
    expect(packagePathSchema.safeParse(`${path}a`).success).toBe(false);
  });

  it('never leaves the package, wherever that lies', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '/', '\\', ' ', '~'), maxLength: 14 });
    fc.assert(
      fc.property(text, (path) => {
        if (!isPackagePath(path)) return;
        const resolved = new URL(`file:///package/root/${encodeURI(path)}`).pathname;
        expect(resolved.startsWith('/package/root/')).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
