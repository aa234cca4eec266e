/** A test repository on loopback, which answers as the Worker does until a test says otherwise. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256Hex } from '../../shared/digest.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
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
  readonly close: () => Promise<void>;
};

/** Serves a repository honestly: only what the device lacks, targets at their consistent paths. */
export async function serveRepository(repository: TestRepository): Promise<RepositoryServer> {
  const served: RepositoryServer = {
    url: '',
    asked: [],
    instead: new Map(),
    statuses: [],
    answer: (rootVersion, timestampVersion) => honestAnswer(repository, rootVersion, timestampVersion),
    close: () => Promise.resolve(),
  };
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    served.asked.push(url.pathname + url.search);
    const status = served.statuses.shift();
    if (status !== undefined) {
      const problem = { type: '/problems/test', title: 'Not today', status, detail: 'try tomorrow' };
      return response.writeHead(status).end(JSON.stringify(problem));
    }
    const base = `/v1/models/${repository.model}`;
    if (url.pathname === `${base}/poll`) {
      const query = (name: string) => Number(url.searchParams.get(name));
      const answer = await served.answer(query('root'), query('timestamp'));
      return answer === null
        ? response.writeHead(404).end()
        : response.end(JSON.stringify({ format: 'cistern-poll/1', ...answer }));
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
  const roots = repository.laterRoots.slice(rootVersion - 1);
  const files = timestampVersion === repository.version.timestamp ? {} : await repository.signAll();
  return { ...(roots.length > 0 ? { roots } : {}), ...files };
}

async function targetFiles(repository: TestRepository): Promise<ReadonlyMap<string, Uint8Array>> {
  const all = { ...repository.documents, 'rollout.json': repository.rollout };
  const entries = Object.entries(all).map(async ([name, bytes]) => {
    const path = consistentTargetPath(targetPath(repository.model, name), await sha256Hex(bytes));
    return [path, bytes] as const;
  });
  return new Map(await Promise.all(entries));
}
