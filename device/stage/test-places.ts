/** Places for stage tests: a temporary directory that goes away, and whether this machine lets us mount. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePlatform } from './node-platform.ts';
import type { StagePlatform } from './platform.ts';

/** Real mounts need root; without it the tests that need them are skipped, and say so on stderr. */
export const CAN_MOUNT = probeMount();

function probeMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'cistern-probe-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'probe', directory], { stdio: 'pipe' });
    execFileSync('umount', [directory]);
    return true;
  } catch (error) {
    // CI proves mounts, or it is red: a green run that skipped them proves nothing.
    if (process.env.CI !== undefined && process.getuid?.() === 0) throw error;
    process.stderr.write('\nSKIPPED: stage tests with real tmpfs mounts need root (mount was refused)\n\n');
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function aDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'cistern-test-'));
}

/** This machine, with stages in memory below a directory of the test's own. */
export function platformAt(own: string, changes: Partial<StagePlatform> = {}): StagePlatform {
  const { shared } = changes.memoryPlaces ?? nodePlatform.memoryPlaces;
  return platformWith({ ...changes, memoryPlaces: { own, shared } });
}

/** This machine, but for what a test says of it. */
export function platformWith(changes: Partial<StagePlatform>): StagePlatform {
  return { ...nodePlatform, ...changes };
}

export function mountTmpfs(directory: string, options = 'size=1m'): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'cistern-test', directory]);
}

export function mountRamfs(directory: string): void {
  execFileSync('mount', ['-t', 'ramfs', 'cistern-test', directory]);
}

export function bindMount(from: string, onto: string, options = 'bind'): void {
  execFileSync('mount', ['-o', options, from, onto]);
}

/** A filesystem in user space that nobody serves (fuse(4)): whoever asks it waits until the end. */
export function aDeadMount(): { readonly directory: string; readonly end: () => void } {
  const directory = aDirectory();
  const server = openSync('/dev/fuse', 'r+');
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
  execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'dead', directory], {
    stdio: ['ignore', 'pipe', 'pipe', server],
  });
  const end = () => {
    closeSync(server);
    unmount(directory, ['-l']);
    rmSync(directory, { recursive: true });
  };
  return { directory, end };
}

export function unmount(directory: string, options: readonly string[] = []): void {
  execFileSync('umount', [...options, directory]);
}

export function remountReadOnly(directory: string): void {
  execFileSync('mount', ['-o', 'remount,ro', directory]);
}
