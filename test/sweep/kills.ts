/** Updates that are killed, by several workers side by side, each in a mount namespace of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import type { SharedRepository } from '../support/shared-repository.ts';
import type { KilledRun } from './kill-at.ts';

export const mayUnshare = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/run']).status === 0;

export function isGood({ modem, wrong }: KilledRun): boolean {
  return modem !== 'LOST' && wrong.length === 0;
}

/** What one worker kills at: so many random moments, or these steps of the journal. */
export type KillShare =
  | { readonly count: number; readonly seed: number }
  | { readonly steps: readonly UpdateStep[] };

export function killsAtRandom(
  repository: SharedRepository,
  { count, sideBySide, seed }: { readonly count: number; readonly sideBySide: number; readonly seed: number },
  onRun?: (run: KilledRun) => void,
): Promise<readonly KilledRun[]> {
  const shares = Array.from({ length: sideBySide }, (_, worker) => ({
    count: Math.floor((count + worker) / sideBySide),
    seed: seed + worker,
  }));
  return kills(repository, shares, onRun);
}

export async function kills(
  repository: SharedRepository,
  shares: readonly KillShare[],
  onRun: (run: KilledRun) => void = () => {},
): Promise<readonly KilledRun[]> {
  const program = await bundle(repository.directory);
  const runs: KilledRun[] = [];
  await Promise.all(
    shares.map((share) => {
      const args = [program, repository.url, repository.rootFile, repository.directory];
      return runWorker([...args, JSON.stringify(share)], (run) => {
        runs.push(run);
        onRun(run);
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

function runWorker(args: readonly string[], onRun: (run: KilledRun) => void): Promise<void> {
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
      for (const line of lines) onRun(JSON.parse(line));
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}
