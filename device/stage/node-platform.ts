/** The stage's platform on Linux: /proc, statfs(2) and the system's mount tools. */
import { execFile } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { err, ok, type Result } from '../../shared/result.ts';
import { systemProcesses } from '../process-table.ts';
import { cgroupAvailableBytes } from './cgroup-memory.ts';
import { codeOf } from './error-code.ts';
import { MOUNT_SAID_MAX_CHARS, MOUNT_TIMEOUT_MS } from './limits.ts';
import type { StagePlatform, ToolFailure } from './platform.ts';
import { BASE_DIRECTORY, SHARED_MEMORY_DIRECTORY } from './stage-wish.ts';

export const nodePlatform: StagePlatform = {
  processes: systemProcesses,
  memoryPlaces: { own: BASE_DIRECTORY, shared: SHARED_MEMORY_DIRECTORY },
  uptimeMs: () => Math.round(uptime() * 1000),
  // The kernel answers these from memory: at once that takes microseconds, through the thread pool hundreds. The proof of a
  // stage asks for each chunk.
  memoryText: async () => readFileSync('/proc/meminfo', 'utf8'),
  cgroupAvailableBytes: () => cgroupAvailableBytes(),
  mountText: async () => readFileSync('/proc/self/mountinfo', 'utf8'),
  fstabText: () => readFile('/etc/fstab', 'utf8').catch(() => ''),
  fileSystem: async (path) => {
    try {
      const { type, bavail, bsize } = statfsSync(path);
      // The kernel's 32-bit magic may arrive sign-extended.
      return ok({ typeNumber: type >>> 0, availableBytes: bavail * bsize });
    } catch (error) {
      return err({ code: codeOf(error) });
    }
  },
  mountTmpfs: (directory, sizeBytes) =>
    run('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${sizeBytes},mode=0700,nosuid,nodev,noexec`,
      'cistern',
      directory,
    ]),
  unmount: (directory, { lazily }) => run('umount', lazily ? ['-l', directory] : [directory]),
};

function run(tool: string, args: readonly string[]): Promise<Result<void, ToolFailure>> {
  return new Promise((resolve) => {
    const options = { timeout: MOUNT_TIMEOUT_MS, env: { ...process.env, LC_ALL: 'C' } };
    execFile(tool, args, options, (error, _stdout, stderr) => {
      if (error === null) return resolve(ok());
      const said = stderr.trim() || `${tool}: ${error.killed ? 'no answer' : error.message}`;
      return resolve(err({ reason: 'refused', said: said.slice(0, MOUNT_SAID_MAX_CHARS) }));
    });
  });
}
