/** What the tests of the root of trust begin with: keys in a directory, and the commands that change them. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, MetadataKind } from '@tufjs/models';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { runCisternRepo } from './run-cistern-repo.ts';

/** A place of its own for each test of the file, with fresh keys in it. */
export function setUpCeremony() {
  const at = {} as { scratch: string; dir: string };
  beforeAll(async () => {
    at.scratch = await mkdtemp(join(tmpdir(), 'ceremony-'));
  });
  afterAll(() => rm(at.scratch, { recursive: true, force: true }));

  let count = 0;
  const fresh = async (name: string) => {
    const path = join(at.scratch, `${++count}-${name}`);
    await mkdir(path);
    return path;
  };

  beforeEach(async () => {
    at.dir = join(await fresh('keys'), 'keys');
    const online = join(at.dir, 'online.env');
    const made = await runCisternRepo([
      'keys',
      'init',
      '--dir',
      at.dir,
      '--online',
      online,
      '--no-passphrase',
    ]);
    expect(made.code, made.stderr).toBe(0);
  });

  const keys = async (...args: string[]) => runCisternRepo(['keys', ...args, '--dir', at.dir, '--json']);
  const rootAt = async (version: number) =>
    Metadata.fromJSON(
      MetadataKind.Root,
      JSON.parse(await readFile(join(at.dir, `${version}.root.json`), 'utf8')),
    );

  /** Both thresholds, judged by a TUF library that is not ours. */
  async function expectFollows(version: number): Promise<void> {
    const [former, next] = [await rootAt(version - 1), await rootAt(version)];
    expect(next.signed.version).toBe(version);
    expect(() => former.verifyDelegate('root', next)).not.toThrow();
    expect(() => next.verifyDelegate('root', next)).not.toThrow();
  }

  return Object.assign(at, { fresh, keys, rootAt, expectFollows });
}
