/** Proof by an independent client: Debian's casync reads what we write. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChunkStore } from './chunk-store.ts';
import { cutPackage } from './cut-package.ts';
import { openPackage } from './open-package.ts';

const run = promisify(execFile);

function hasCasync(): boolean {
  try {
    execFileSync('casync', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(
      'SKIPPED: casync is not on PATH, so no independent client reads our chunk store (apt-get install casync)',
    );
    return false;
  }
}

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'casync-'));
});
afterAll(() => rm(scratch, { recursive: true }));

describe.skipIf(!hasCasync())('casync', () => {
  it('extracts the package from our index and chunks, byte for byte', async () => {
    await mkdir(join(scratch, 'package/update'), { recursive: true });
    await writeFile(join(scratch, 'package/contents.xml'), '<contents/>');
    const image = Buffer.alloc(3_000_000);
    for (let i = 0; i < image.length; i += 4) image.writeUInt32LE(Math.imul(i + 1, 0x9e3779b9) >>> 0, i);
    await writeFile(join(scratch, 'package/update/image.ubi'), image);

    const source = await openPackage(join(scratch, 'package'));
    if (!source.ok) throw new Error(source.failure.reason);
    const cut = await cutPackage(
      source.value,
      openChunkStore(join(scratch, 'store')),
      () => {},
      AbortSignal.timeout(20_000),
    );
    if (!cut.ok) throw new Error(cut.failure.reason);
    await writeFile(join(scratch, 'package.caibx'), cut.value.index);

    await run('casync', [
      'extract',
      `--store=${join(scratch, 'store')}`,
      join(scratch, 'package.caibx'),
      join(scratch, 'package.tar'),
    ]);
    const { stdout } = await run('sha256sum', [join(scratch, 'package.tar')]);
    expect(stdout.slice(0, 64)).toBe(cut.value.sha256);
    await run('tar', ['-xf', join(scratch, 'package.tar'), '-C', scratch, 'update/image.ubi']);
    await run('cmp', [join(scratch, 'update/image.ubi'), join(scratch, 'package/update/image.ubi')]);
  });
});
