/** A repository of our own for a test or the demonstration: keys, a running Worker, and releases published into it. */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Finished, REPOSITORY_ROOT, type RunOptions, runNode } from './processes.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

export const CISTERN_REPO = join(REPOSITORY_ROOT, 'manifests/bin.ts');
export const MODEL = 'quectel/ec25euga-m4g';

export type Repository = {
  readonly url: string;
  readonly keysDirectory: string;
  readonly rootFile: string;
  readonly tokenFile: string;
  readonly token: string;
  readonly worker: WorkerProcess;
};

/** `entry`: a Worker that stands in front of the real one. */
export async function makeRepository(
  directory: string,
  { entry, variables }: Pick<Parameters<typeof startWorker>[0], 'entry' | 'variables'> = {},
): Promise<Repository> {
  await mkdir(directory, { recursive: true });
  const keysDirectory = join(directory, 'keys');
  const online = join(directory, 'online.env');
  await mustRun([
    CISTERN_REPO,
    'keys',
    'init',
    '--dir',
    keysDirectory,
    '--online',
    online,
    '--no-passphrase',
  ]);
  const worker = await startWorker({
    stateDirectory: join(directory, 'worker'),
    envFile: online,
    ...(entry === undefined ? {} : { entry }),
    ...(variables === undefined ? {} : { variables }),
  });
  const tokenFile = join(keysDirectory, 'operator.token');
  return {
    url: worker.url,
    keysDirectory,
    rootFile: join(keysDirectory, '1.root.json'),
    tokenFile,
    token: (await readFile(tokenFile, 'utf8')).trim(),
    worker,
  };
}

export function publishArguments(
  repository: Repository,
  release: { readonly packageDirectory: string; readonly version: string; readonly from?: string },
): readonly string[] {
  const { keysDirectory, url, tokenFile } = repository;
  const { packageDirectory, version, from } = release;
  const ways =
    from === undefined
      ? []
      : ['--from', from, '--from-source', 'demonstration: the publisher vouches for it'];
  return [
    ...[CISTERN_REPO, 'publish', packageDirectory, '--model', MODEL, '--version', version],
    ...['--keys', keysDirectory, '--to', url, '--token-file', tokenFile, ...ways],
  ];
}

type ReceivedReport = { readonly report: Record<string, unknown> };

/** A batch waits for a second, and a busy machine for more. */
const REPORTS_ARRIVE_WITHIN_MS = 20_000;

/**
 * What the Worker has received, newest first, as an operator sees it. Reports go by way of a queue: waits until one is
 * there that is wanted, and answers what there is when none comes.
 */
export async function receivedReports(
  repository: Repository,
  isWanted: (report: Record<string, unknown>) => boolean = () => true,
): Promise<readonly ReceivedReport[]> {
  const until = Date.now() + REPORTS_ARRIVE_WITHIN_MS;
  for (;;) {
    const reports = await storedReports(repository);
    if (reports.some(({ report }) => isWanted(report)) || Date.now() > until) return reports;
    await setTimeout(100);
  }
}

async function storedReports(repository: Repository): Promise<readonly ReceivedReport[]> {
  const answer = await fetch(
    `${repository.url}/v1/operator/reports?model=${encodeURIComponent(MODEL)}&limit=50`,
    {
      headers: { authorization: `Bearer ${repository.token}` },
    },
  );
  if (!answer.ok) throw new Error(`reports: HTTP ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { reports: ReceivedReport[] }).reports;
}

export async function mustRun(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const finished = await runNode(args, options);
  if (finished.code === 0) return finished;
  throw new Error(`${args.join(' ')} ended with ${finished.code}\n${finished.stdout}\n${finished.stderr}`);
}
