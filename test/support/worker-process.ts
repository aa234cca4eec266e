/** The Worker as `wrangler dev` runs it: workerd, local R2 and D1 in a directory of their own, a process of its own. */
import { join } from 'node:path';
import { REPOSITORY_ROOT, type Running, runNode, startAndAwaitLine } from './processes.ts';

const WRANGLER = join(REPOSITORY_ROOT, 'node_modules/wrangler/bin/wrangler.js');
const ENVIRONMENT = { WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' };
const START_TIMEOUT_MS = 60_000;
/** The demonstration with --keep is left running by a person; everything else ends its Worker itself. */
const LIFETIME_MS = 12 * 60 * 60 * 1000;

export type WorkerProcess = {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
};

/** `envFile` carries ONLINE_KEYS and OPERATOR_TOKEN_SHA256; `stateDirectory` holds R2 and D1. */
export async function startWorker({
  stateDirectory,
  envFile,
  configFile,
  entry,
  variables = {},
}: {
  readonly stateDirectory: string;
  readonly envFile: string;
  readonly configFile?: string;
  /** The Worker that runs on these bindings, instead of the configuration's. */
  readonly entry?: string;
  /** Instead of the configuration's. */
  readonly variables?: Readonly<Record<string, string>>;
}): Promise<WorkerProcess> {
  const config = configFile === undefined ? [] : ['--config', configFile];
  const local = [...config, '--local', '--persist-to', stateDirectory];
  const migrated = await runNode([WRANGLER, 'd1', 'migrations', 'apply', 'DB', ...local], {
    environment: ENVIRONMENT,
  });
  if (migrated.code !== 0) throw new Error(`D1 migrations failed\n${migrated.stdout}\n${migrated.stderr}`);

  // The system chooses the ports: one that was found free beforehand may be taken when the Worker gets to it.
  const args = [
    ...[
      'dev',
      ...(entry === undefined ? [] : [entry]),
      ...local,
      '--env-file',
      envFile,
      '--ip',
      '127.0.0.1',
      '--port',
      '0',
    ],
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ...['--inspector-port', '0', '--show-interactive-dev-session=false'],
  ];
  const starting = startAndAwaitLine([WRANGLER, ...args], (line) => line.includes('Ready on'), {
    environment: ENVIRONMENT,
    timeoutMs: LIFETIME_MS,
  });
  const { running, line } = await within(starting, START_TIMEOUT_MS);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
  if (url === undefined) throw new Error(`the Worker does not say where it is: ${line}`);
  return { url, port: Number(new URL(url).port), stop: () => running.stop() };
}

async function within<T extends { readonly running: Running }>(
  starting: Promise<T>,
  timeoutMs: number,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the Worker did not start within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([starting, late]);
  } finally {
    clearTimeout(timer);
  }
}
