/** A test repository on loopback, which answers as the Worker does until a test says otherwise. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256Hex } from '../../shared/digest.ts';
import { ROOT_ROTATIONS_MAX } from '../../shared/limits.ts';
import { consistentTargetPath, metadataFile, targetPath } from '../../shared/trust/roles.ts';
import type { TestRepository } from './test-repository.ts';

export type RepositoryServer = {
  readonly url: string;
  /** Paths that were asked for, oldest first. */
  readonly asked: string[];
  /** What the poll answers, given `root` and `timestamp`; null is 404. */
  answer: (rootVersion: number, timestampVersion: number) => Promise<object | null> | object | null;
  /** What is served in the place of a target, by its name; null is 404. */
  readonly instead: Map<string, Uint8Array | null>;
  /** Status codes that are answered first, in order. */
  readonly statuses: number[];
  /** Whether those come without the problem document that the Worker sends. */
  plainStatuses: boolean;
  /** Answers itself what it says true of. */
  intercept: (path: string, response: ServerResponse) => boolean;
  /** A static file server answers no polls; its files are in the plain TUF layout. */
  answersPolls: boolean;
  /** The `Date` of its answers; null sends none. */
  date: () => number | null;
  readonly close: () => Promise<void>;
};

/** Serves a repository honestly: only what the device lacks, targets at their consistent paths. */
export async function serveRepository(repository: TestRepository): Promise<RepositoryServer> {
  const served: RepositoryServer = {
    url: '',
    asked: [],
    instead: new Map(),
    statuses: [],
    plainStatuses: false,
    intercept: () => false,
    answersPolls: true,
    date: () => Date.now(),
    answer: (rootVersion, timestampVersion) => honestAnswer(repository, rootVersion, timestampVersion),
    close: () => Promise.resolve(),
  };
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    served.asked.push(url.pathname + url.search);
    response.sendDate = false;
    const dateMs = served.date();
    if (dateMs !== null) response.setHeader('date', new Date(dateMs).toUTCString());
    if (served.intercept(url.pathname, response)) return;
    const status = served.statuses.shift();
    if (status !== undefined) {
      const problem = { type: '/problems/test', title: 'Not today', status, detail: 'try tomorrow' };
      return response.writeHead(status).end(served.plainStatuses ? '' : JSON.stringify(problem));
    }
    const base = `/v1/models/${repository.model}`;
    if (url.pathname === `${base}/poll` && served.answersPolls) {
      const query = (name: string) => Number(url.searchParams.get(name));
      const answer = await served.answer(query('root'), query('timestamp'));
      return answer === null
        ? response.writeHead(404).end()
        : response.end(JSON.stringify({ format: 'cistern-poll/1', ...answer }));
    }
    if (url.pathname.startsWith(`${base}/metadata/`)) {
      const text = await metadataText(repository, url.pathname.replace(`${base}/metadata/`, ''));
      return text === undefined ? response.writeHead(404).end() : response.end(text);
    }
    const path = url.pathname.replace(`${base}/targets/`, '');
    const instead = served.instead.get(path.replace(/^.*\/[0-9a-f]{64}\./, ''));
    const bytes = instead === undefined ? (await targetFiles(repository)).get(path) : instead;
    return bytes ? response.end(bytes) : response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(served, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

export async function honestAnswer(
  repository: TestRepository,
  rootVersion: number,
  timestampVersion: number,
) {
  const roots = repository.laterRoots.slice(rootVersion - 1).slice(0, ROOT_ROTATIONS_MAX);
  const files = timestampVersion === repository.version.timestamp ? {} : await repository.signAll();
  return { ...(roots.length > 0 ? { roots } : {}), ...files };
}

/** A file of the plain layout (TUF 6.2). */
async function metadataText(repository: TestRepository, file: string): Promise<string | undefined> {
  const root = /^(\d+)\.root\.json$/.exec(file)?.[1];
  if (root !== undefined) return repository.laterRoots[Number(root) - 2];
  const { timestamp, snapshot, targets, rollout } = await repository.signAll();
  const { version } = repository;
  return {
    'timestamp.json': timestamp,
    [metadataFile('snapshot', version.snapshot)]: snapshot,
    [metadataFile('targets', version.targets)]: targets,
    [metadataFile('rollout', version.rollout)]: rollout,
  }[file];
}

async function targetFiles(repository: TestRepository): Promise<ReadonlyMap<string, Uint8Array>> {
  const all = { ...repository.documents, 'rollout.json': repository.rollout };
  const entries = Object.entries(all).map(async ([name, bytes]) => {
    const path = consistentTargetPath(targetPath(repository.model, name), await sha256Hex(bytes));
    return [path, bytes] as const;
  });
  return new Map(await Promise.all(entries));
}
