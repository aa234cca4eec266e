/** A repository to publish into: keys, the real Worker, packages, and the commands an operator gives. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../support/worker-process.ts';
import { writeDemoPackage } from './demo-package.ts';
import { type Alter, type Intercept, startLyingMirror } from './lying-mirror.ts';
import { type Ended, runCisternRepo } from './run-cistern-repo.ts';

/** Three chunks or so: an audit fetches every release before it. */
const SIZE_BYTES = 400_000;

export type PublishOver = {
  readonly to?: string;
  readonly model?: string;
  readonly keys?: string;
  readonly tokenFile?: string;
  readonly more?: readonly string[];
  readonly env?: Record<string, string>;
  readonly nowMs?: number;
};

export type Publishing = {
  readonly url: string;
  readonly scratch: string;
  /** Directory of the offline keys. */
  readonly keys: string;
  /** A version nobody published yet, so that no test depends on another. */
  readonly nextVersion: () => string;
  readonly packageOf: (version: string, content?: { seed?: number; sizeBytes?: number }) => Promise<string>;
  readonly publishArguments: (directory: string, version: string, over?: PublishOver) => readonly string[];
  readonly publish: (directory: string, version: string, over?: PublishOver) => Promise<Ended>;
  /** Publishes a version of its own and answers it. */
  readonly publishedVersion: () => Promise<string>;
  readonly verify: (at?: string, root?: string, model?: string) => Promise<Ended>;
  readonly rollout: (action: string, version: string, ...more: readonly string[]) => Promise<Ended>;
  readonly throughMirror: <T>(
    lies: { readonly intercept?: Intercept; readonly alter?: Alter },
    use: (url: string) => Promise<T>,
  ) => Promise<T>;
  readonly stop: () => Promise<void>;
};

export async function startPublishing(): Promise<Publishing> {
  const scratch = await mkdtemp(join(tmpdir(), 'publish-'));
  const keys = join(scratch, 'keys');
  const online = join(scratch, 'online.env');
  await must(runCisternRepo(['keys', 'init', '--dir', keys, '--online', online, '--no-passphrase']));
  const worker = await startWorker({ stateDirectory: join(scratch, 'state'), envFile: online });
  const { url } = worker;
  const model = 'quectel/ec25euga-m4g';
  const rootFile = join(keys, '1.root.json');
  const token = join(keys, 'operator.token');
  let release = 9;

  const nextVersion = () => `EC25EUGAR08A${String(++release).padStart(2, '0')}M4G_01.001.01.001`;
  const packageOf: Publishing['packageOf'] = async (version, { seed = 1, sizeBytes = SIZE_BYTES } = {}) => {
    const directory = join(scratch, `seed-${seed}`, version);
    await writeDemoPackage(directory, { version, sizeBytes, seed });
    return directory;
  };
  const publishArguments: Publishing['publishArguments'] = (directory, version, over = {}) => [
    ...['publish', directory, '--model', over.model ?? model, '--version', version, '--json'],
    ...['--keys', over.keys ?? keys, '--to', over.to ?? url, '--token-file', over.tokenFile ?? token],
    ...(over.more ?? []),
  ];
  const publish: Publishing['publish'] = (directory, version, over = {}) =>
    runCisternRepo(publishArguments(directory, version, over), {
      env: over.env ?? {},
      nowMs: over.nowMs ?? Date.now(),
    });

  return {
    url,
    scratch,
    keys,
    nextVersion,
    packageOf,
    publishArguments,
    publish,
    async publishedVersion() {
      const version = nextVersion();
      await must(publish(await packageOf(version), version));
      return version;
    },
    verify: (at = url, root = rootFile, of = model) =>
      runCisternRepo(['verify', at, '--root', root, '--model', of, '--json']),
    rollout: (action, version, ...more) =>
      runCisternRepo([
        ...['rollout', action, model, version, '--at', url, '--json'],
        ...['--root', rootFile, '--token-file', token, ...more],
      ]),
    async throughMirror(lies, use) {
      const mirror = await startLyingMirror(url, lies);
      try {
        return await use(mirror.url);
      } finally {
        await mirror.stop();
      }
    },
    async stop() {
      await worker.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** What a command with --json printed. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say which members they expect
export function shown({ stdout }: Ended): any {
  return JSON.parse(stdout);
}

async function must(ended: Promise<Ended>): Promise<void> {
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`ended with ${code}\n${stdout}\n${stderr}`);
}
