/** Updates killed at random moments, by several workers side by side, each in a mount namespace of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import type { SharedRepository } from '../support/shared-repository.ts';
import type { KilledRun } from './random-kill.ts';

export const mayUnshare = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/run']).status === 0;

export function isGood({ modem, wrong }: KilledRun): boolean {
  return modem !== 'LOST' && wrong.length === 0;
}

export async function kills(
  repository: SharedRepository,
  wish: { readonly count: number; readonly sideBySide: number; readonly seed: number },
  onRun: (run: KilledRun) => void = () => {},
): Promise<readonly KilledRun[]> {
  const program = await bundle(repository.directory);
  const runs: KilledRun[] = [];
  const share = (worker: number) => Math.floor((wish.count + worker) / wish.sideBySide);
  await Promise.all(
    Array.from({ length: wish.sideBySide }, (_, worker) => {
      const args = [program, repository.url, repository.rootFile, repository.directory];
      return runWorker([...args, String(share(worker)), String(wish.seed + worker)], (line) => {
        if (!('modem' in line)) return;
        runs.push(line);
        onRun(line);
      });
    }),
  );
  return runs;
}

/** One file starts sooner than the sources. */
async function bundle(directory: string): Promise<string> {
  const outfile = join(await mkdtemp(join(directory, 'program-')), 'cistern.mjs');
  await build({
    entryPoints: [join(REPOSITORY_ROOT, 'test/sweep/cistern-on-router.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['usb', 'serialport'],
    logLevel: 'error',
    banner: {
      js: "import{createRequire as sweepRequire}from'node:module';const require=sweepRequire(import.meta.url);",
    },
  });
  return outfile;
}

function runWorker(
  args: readonly string[],
  onLine: (line: KilledRun | { readonly wholeMs: number }) => void,
): Promise<void> {
  const worker = join(REPOSITORY_ROOT, 'test/sweep/kill-worker.ts');
  const script = 'mount -t tmpfs none /run && exec "$0" "$@"';
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', ['-m', 'sh', '-c', script, process.execPath, worker, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(JSON.parse(line));
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}
