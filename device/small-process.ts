/**
 * Routers have 128 MiB, and defaults of the runtime are made for servers. What V8 may still be told while it runs is told
 * first; what is chosen before a program starts makes the program start itself once more, in the same process: glibc
 * keeps what large buffers leave free, and V8 lets its young generation grow to 16 MiB a half.
 */
import { setFlagsFromString } from 'node:v8';
import type { Environment } from './config.ts';

/** A V8 that has one no more says so on stderr and goes on; on the command line it would not start. */
const V8_FLAGS = [
  // undici's parser is one huge function of WebAssembly: optimizing it takes 16 MB for a moment, and bodies pass it by
  // (decision 0093). The second and third follow from the first only where it is given on the command line.
  '--liftoff-only',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
  // The collector comes when the heap, and what hangs from it, has grown by half, not by several times.
  '--heap-growing-percent=50',
];

/** A young generation of 1 MiB: what streams through here is short-lived and large. */
const NODE_FLAGS = ['--max-semi-space-size=1'];

/** Each directory of a server that is gone holds a thread of Node's pool for good, of four: others would wait for ever. */
const THREADS = { UV_THREADPOOL_SIZE: '12' };

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
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  const { env, execPath, execArgv, argv } = process;
  const isSmall = Object.keys(ALLOCATOR).some((name) => env[name] !== undefined);
  if (isSmall || process.execve === undefined) return;
  process.execve(execPath, [execPath, ...NODE_FLAGS, ...execArgv, ...argv.slice(1)], {
    ...THREADS,
    ...env,
    ...ALLOCATOR,
  });
}
