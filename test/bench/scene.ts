/** What the benches share: packages, a repository with releases, copies of its bucket. Each is made when first used. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_NEW_VERSION, writeDemoPackage } from '../firmware/demo-package.ts';
import { makeRepository, mustRun, publishArguments, type Repository } from '../support/repository.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';
import { LARGE_PACKAGE_BYTES, PACKAGE_BYTES, UPDATE_TIMEOUT_MS } from './limits.ts';

export type Release = { readonly version: string; readonly sizeBytes: number };

export const RELEASE: Release = { version: DEMO_NEW_VERSION, sizeBytes: PACKAGE_BYTES };
export const LARGE_RELEASE: Release = {
  version: 'EC25EUGAR08A04M4G_01.200.01.200',
  sizeBytes: LARGE_PACKAGE_BYTES,
};
const INSTALLABLE_FROM = 'R06A05..R06A09:01';

export type Scene = {
  /** Scratch for all benches; removed with the scene. */
  readonly directory: string;
  /** A new empty directory in it. */
  readonly scratch: (name: string) => Promise<string>;
  readonly packageOf: (release: Release) => Promise<string>;
  /** The repository with this release published in it. */
  readonly published: (release: Release) => Promise<Repository>;
  /** A copy of the repository's R2 and D1 as they are now, to start another Worker on. */
  readonly copyOfStores: (name: string) => Promise<string>;
  /** Another Worker on such a copy: the repository's own, or the one that `configFile` describes. */
  readonly workerOn: (stateDirectory: string, configFile?: string) => Promise<WorkerProcess>;
  /** Runs when the scene ends, the last first. */
  readonly atEnd: (end: () => Promise<unknown>) => void;
  readonly end: () => Promise<void>;
};

export function openScene(directory: string): Scene {
  const ends: (() => Promise<unknown>)[] = [];
  const packages = new Map<string, Promise<string>>();
  const releases = new Map<string, Promise<Repository>>();
  const repositoryDirectory = join(directory, 'repository');
  let repository: Promise<Repository> | null = null;
  let counter = 0;

  const openRepository = async () => {
    const made = await makeRepository(repositoryDirectory);
    ends.push(() => made.worker.stop());
    return made;
  };
  const scratch = async (name: string) => {
    const path = join(directory, `${name}-${++counter}`);
    await mkdir(path, { recursive: true });
    return path;
  };
  const packageOf = (release: Release) =>
    once(packages, release, async () => {
      const { version, sizeBytes } = release;
      const root = join(directory, 'packages', `${sizeBytes}`, version);
      await writeDemoPackage(root, { version, sizeBytes });
      return root;
    });
  return {
    directory,
    scratch,
    packageOf,
    published: (release) =>
      once(releases, release, async () => {
        repository ??= openRepository();
        const [packageDirectory, there] = await Promise.all([packageOf(release), repository]);
        const { version } = release;
        await mustRun(publishArguments(there, { packageDirectory, version, from: INSTALLABLE_FROM }), {
          timeoutMs: UPDATE_TIMEOUT_MS,
        });
        return there;
      }),
    copyOfStores: async (name) => {
      const copy = await scratch(name);
      await cp(join(repositoryDirectory, 'worker'), copy, { recursive: true });
      return copy;
    },
    workerOn: async (stateDirectory, configFile) => {
      const envFile = join(repositoryDirectory, 'online.env');
      const worker = await startWorker({
        stateDirectory,
        envFile,
        ...(configFile === undefined ? {} : { configFile }),
      });
      ends.push(() => worker.stop());
      return worker;
    },
    atEnd: (end) => void ends.push(end),
    end: async () => {
      for (const end of ends.splice(0).reverse()) await end().catch(() => {});
    },
  };
}

function once<T>(made: Map<string, Promise<T>>, release: Release, make: () => Promise<T>): Promise<T> {
  const key = `${release.version} ${release.sizeBytes}`;
  const before = made.get(key);
  if (before !== undefined) return before;
  const making = make();
  made.set(key, making);
  return making;
}
