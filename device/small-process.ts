/**
 * Routers have 128 MiB, and two defaults of the runtime are made for servers: glibc keeps what large buffers leave
 * free, and V8 lets its young generation grow to 16 MiB a half. Both are chosen before a program starts, so the
 * program starts itself once more, in the same process.
 */
import type { Environment } from './config.ts';

/** A young generation of 1 MiB: what streams through here is short-lived and large. */
const NODE_FLAGS = ['--max-semi-space-size=1'];

/** mallopt(3): buffers of 128 KiB and more go back to the system at once; musl does so anyway. */
const ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

export type Restartable = Pick<NodeJS.Process, 'argv' | 'execArgv' | 'execPath'> & {
  readonly env: Environment;
  /** execve(2), which not every Node has. */
  readonly execve?: (file: string, args: readonly string[], env: Environment) => never;
};

/** Returns where the process is small already, or its Node cannot start itself once more. */
export function becomeSmall(process: Restartable): void {
  const { env, execPath, execArgv, argv } = process;
  const isSmall = Object.keys(ALLOCATOR).some((name) => env[name] !== undefined);
  if (isSmall || process.execve === undefined) return;
  process.execve(execPath, [execPath, ...NODE_FLAGS, ...execArgv, ...argv.slice(1)], {
    ...env,
    ...ALLOCATOR,
  });
}
