/** Packages that are refused before a byte of their files is read: names that lead out, links, bombs, too much of anything. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildZip, type ZipEntry } from './build-zip.ts';
import { shown } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

let scratch: string;
let count = 0;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'unread-'));
});
afterAll(() => rm(scratch, { recursive: true }));

async function lint(path: string) {
  const ended = await runCisternRepo(['lint', path, '--model', 'quectel/ec25euga-m4g', '--json']);
  expect(ended.code, ended.stdout).toBe(65);
  return shown(ended);
}

describe('a package that is not even read', () => {
  const zipOf = async (entries: readonly ZipEntry[]) => {
    const path = join(scratch, `${++count}.zip`);
    await writeFile(path, buildZip(entries));
    return path;
  };
  const many = (length: number, name: (i: number) => string) =>
    Array.from({ length }, (_, i) => ({ name: name(i), content: '' }));

  it.each([
    ['a name that leaves it', [{ name: 'update/../../evil', content: 'x' }], 'leaves-package'],
    [
      'a name with backslashes that leaves it',
      [{ name: 'update\\..\\..\\evil', content: 'x' }],
      'leaves-package',
    ],
    ['an absolute name', [{ name: '/evil', content: 'x' }], 'leaves-package'],
    ['a name of another system', [{ name: 'C:/evil', content: 'x' }], 'leaves-package'],
    ['a link', [{ name: 'update/x', content: '/etc/shadow', unixMode: 0o120777 }], 'link'],
    [
      'names equal but for case',
      [
        { name: 'update/a.mbn', content: 'x' },
        { name: 'update/A.mbn', content: 'y' },
      ],
      'same-name-in-other-case',
    ],
    [
      'a name twice',
      [
        { name: 'update/a.mbn', content: 'x' },
        { name: 'update/a.mbn', content: 'y' },
      ],
      'same-name-in-other-case',
    ],
    ['directories in directories', [{ name: 'a/b/c/d/e/f/g/h/i.mbn', content: 'x' }], 'too-deep'],
    ['a name with a control character', [{ name: 'update/a\u0007.mbn', content: 'x' }], 'name-not-allowed'],
  ] as const)('holds %s', async (_, entries, why) => {
    expect(await lint(await zipOf(entries))).toMatchObject({
      reason: 'package-entry-refused',
      sentence: expect.stringContaining(why.replaceAll('-', ' ')),
    });
  });

  it.each([
    ['more files than a package may', () => many(513, (i) => `update/${i}.mbn`), 'package-too-many-files'],
    ['more entries than are looked at', () => many(4097, (i) => `d${i}/`), 'package-too-many-files'],
    [
      'more than a package may weigh',
      () => [{ name: 'a', content: 'x', declaredBytes: 2 ** 30 + 1 }],
      'package-too-large',
    ],
    [
      'a bomb, in pieces',
      () => many(3, (i) => `${i}`).map((entry) => ({ ...entry, declaredBytes: 2 ** 29 })),
      'package-too-large',
    ],
    [
      'more than it declares',
      () => [{ name: 'update/a.mbn', content: 'x'.repeat(100_000), declaredBytes: 10 }],
      'package-unreadable',
    ],
    ['nothing', () => [], 'package-empty'],
  ] as const)('holds %s', async (_, entries, reason) => {
    expect(await lint(await zipOf(entries()))).toMatchObject({ reason });
  });

  it('is a directory with more files than a package may have', async () => {
    const directory = join(scratch, 'many');
    await mkdir(directory);
    await Promise.all(Array.from({ length: 513 }, (_, i) => writeFile(join(directory, `${i}.mbn`), '')));
    expect(await lint(directory)).toMatchObject({ reason: 'package-too-many-files' });
  });
});
