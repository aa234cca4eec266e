/** An independent reader of our format: Debian's casync puts a package together from the running Worker. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DEMO_NEW_VERSION } from '../firmware/demo-package.ts';
import { CISTERN_REPO, MODEL, mustRun } from '../support/repository.ts';

const run = promisify(execFile);
const repository = inject('repository');
const hasCasync = await run('casync', ['--version']).then(
  () => true,
  () => false,
);
if (!hasCasync) console.error('\n*** SKIPPED: casync is not installed; apt-get install casync ***\n');

describe.skipIf(!hasCasync)('casync extract from the running Worker', () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(repository.directory, 'casync-'));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  it('rebuilds the published package byte for byte', async () => {
    // The audit's own way to the index: from the root, over metadata that it verified.
    const mirror = join(scratch, 'mirror');
    await mustRun([CISTERN_REPO, 'mirror', repository.url, '--to', mirror, '--root', repository.rootFile]);
    const { stdout } = await run('find', [mirror, '-name', `*.${DEMO_NEW_VERSION}.caibx`]);
    const path = `/${relative(mirror, stdout.trim())}`;
    expect(path).toContain(`/v1/models/${MODEL}/targets/`);
    const index = join(scratch, 'package.caibx');
    const answer = await fetch(`${repository.url}${path}`);
    await writeFile(index, new Uint8Array(await answer.arrayBuffer()));

    const tar = join(scratch, 'package.tar');
    await run('casync', ['extract', `--store=${repository.url}/v1/chunks`, index, tar]);
    const unpacked = join(scratch, 'unpacked');
    await run('mkdir', [unpacked]);
    await run('tar', ['-xf', tar, '-C', unpacked]);
    await run('diff', ['-r', unpacked, repository.packageDirectory]);
    expect((await readFile(join(unpacked, 'contents.xml'))).length).toBeGreaterThan(0);
  }, 60_000);
});
