/** A repository in a directory with two releases of one model, and a second set of keys that has nothing to do with it. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { writeDemoPackage } from './demo-package.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

export async function publishTwoReleases(
  scratch: string,
  { model, versions }: { readonly model: string; readonly versions: readonly string[] },
): Promise<string> {
  const must = async (...args: readonly string[]) => {
    const done = await runCisternRepo([...args, '--json']);
    expect(done.code, done.stdout).toBe(0);
  };
  const keys = (name: string) => join(scratch, name);
  const online = (name: string) => join(scratch, `${name}.env`);
  for (const name of ['origin', 'own'])
    await must('keys', 'init', '--dir', keys(name), '--no-passphrase', '--online', online(name));
  const repository = join(scratch, 'repository');
  for (const version of versions) {
    await writeDemoPackage(join(scratch, version), { version, sizeBytes: 1_000_000 });
    await must(
      ...['publish', join(scratch, version), '--model', model, '--version', version, '--to', repository],
      ...['--keys', keys('origin'), '--online-keys', online('origin')],
    );
  }
  return repository;
}
