/** OpenStack Swift behind its S3 API, on loopback: a real S3 server that is not made by a cloud's own SDK authors. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../support/free-port.ts';
import { RING_PART_POWER, SWIFT_CREDENTIALS, type SwiftPorts, writeSwiftConfig } from './swift-config.ts';

const run = promisify(execFile);
const KINDS = ['account', 'container', 'object'] as const;
const START_TIMEOUT_MS = 60_000;
const START_POLL_MS = 250;
const START_ATTEMPTS = 3;

export type S3Server = {
  readonly endpoint: string;
  readonly credentials: typeof SWIFT_CREDENTIALS;
  readonly region: string;
  /** Makes a bucket; names have at least three characters. */
  readonly makeBucket: (name: string) => Promise<void>;
};
export type RunningS3Server = S3Server & { readonly stop: () => Promise<void> };

/** Why no server can be started here; null where one can. */
export async function whyNoSwift(): Promise<string | null> {
  for (const tool of ['swift-proxy-server', 'swift-ring-builder', 'memcached']) {
    const found = await run('sh', ['-c', `command -v ${tool}`]).catch(() => null);
    if (found === null) return `${tool} is not installed; run test/s3/prepare as root`;
  }
  return null;
}

/** Its ports cannot be left to the system: one that was free a moment ago may be taken, and then others are tried. */
export async function startSwift(): Promise<RunningS3Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts();
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOnFreePorts(): Promise<RunningS3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'swift-'));
  const ports: SwiftPorts = {
    proxy: await freePort(),
    account: await freePort(),
    container: await freePort(),
    object: await freePort(),
    memcached: await freePort(),
  };
  await writeSwiftConfig(directory, ports);
  for (const kind of KINDS) await buildRing(directory, kind, ports[kind]);
  const processes = [
    start('memcached', ['-u', 'root', '-l', '127.0.0.1', '-p', String(ports.memcached)]),
    ...KINDS.map((kind) => start(`swift-${kind}-server`, [join(directory, `${kind}-server.conf`)])),
    start('swift-proxy-server', [join(directory, 'proxy-server.conf')]),
  ];
  const stop = async () => {
    await Promise.all(processes.map(end));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const endpoint = `http://127.0.0.1:${ports.proxy}`;
  const server = swiftAt(endpoint);
  try {
    await untilAnswers(() => server.makeBucket('started'), processes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...server, stop };
}

/** The server that listens there. */
export function swiftAt(endpoint: string): S3Server {
  const region = 'us-east-1';
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: SWIFT_CREDENTIALS,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    endpoint,
    credentials: SWIFT_CREDENTIALS,
    region,
    makeBucket: async (name) => void (await client.send(new CreateBucketCommand({ Bucket: name }))),
  };
}

/** One device in one zone holds everything. */
async function buildRing(directory: string, kind: string, port: number): Promise<void> {
  const builder = join(directory, `${kind}.builder`);
  const ring = (...args: readonly string[]) => run('swift-ring-builder', [builder, ...args]);
  await ring('create', String(RING_PART_POWER), '1', '1');
  await ring('add', `r1z1-127.0.0.1:${port}/d1`, '1');
  await ring('rebalance');
}

type Started = { readonly child: ChildProcess; readonly output: () => string };

function start(command: string, args: readonly string[]): Started {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  return { child, output: () => `${command}: ${output}` };
}

async function end({ child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}

async function untilAnswers(ask: () => Promise<void>, processes: readonly Started[]): Promise<void> {
  const endsAtMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const failure = await ask().then(
      () => null,
      (error: Error) => error,
    );
    if (failure === null) return;
    const dead = processes.find(({ child }) => child.exitCode !== null);
    if (dead !== undefined || Date.now() > endsAtMs)
      throw new Error(
        `Swift did not start: ${failure.message}\n${processes.map(({ output }) => output()).join('\n')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
  }
}
