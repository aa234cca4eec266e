/**
 * One real repository for all promise and end-to-end tests of a run: started once by vitest, a small release
 * published into it, its address handed to the tests.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { DEMO_NEW_VERSION, SMALL_SIZE_BYTES, writeDemoPackage } from '../firmware/demo-package.ts';
import { makeRepository, mustRun, publishArguments, type Repository } from './repository.ts';

export type SharedRepository = Omit<Repository, 'worker'> & {
  /** Holds what the tests of this run may use and leave behind. */
  readonly directory: string;
  readonly packageDirectory: string;
};

declare module 'vitest' {
  export interface ProvidedContext {
    repository: SharedRepository;
  }
}

export type RunningRepository = { readonly repository: SharedRepository; readonly end: () => Promise<void> };

export async function startSharedRepository(): Promise<RunningRepository> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-test-'));
  const { worker, ...repository } = await makeRepository(join(directory, 'repository'), {
    // Its devices fail on purpose, many at once: their release is not halted for that.
    variables: { HALT_SUCCESS_BELOW_PERCENT: '0' },
  });
  const packageDirectory = join(directory, DEMO_NEW_VERSION);
  await writeDemoPackage(packageDirectory, { version: DEMO_NEW_VERSION, sizeBytes: SMALL_SIZE_BYTES });
  const order = { packageDirectory, version: DEMO_NEW_VERSION, from: 'R06A05..R06A09:01' };
  await mustRun(publishArguments({ ...repository, worker }, order));
  const end = async () => {
    await worker.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { repository: { ...repository, directory, packageDirectory }, end };
}

/** What vitest calls before the first test of the `whole` project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { repository, end } = await startSharedRepository();
  project.provide('repository', repository);
  return end;
}
