/**
 * One connection to a router through the system's `ssh`: its configuration, keys, agent and known_hosts decide, and
 * host keys are always checked. It is shared (ControlMaster) by everything that is run there; its socket lies in a
 * private directory. No part of it shares our terminal's process group: Ctrl-C must not cut the line to a modem that
 * is being written.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { type RunEnd, runCommand } from '../router/run-command.ts';
import {
  CONNECT_BY_HAND_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  SCRIPT_OUTPUT_MAX_CHARS,
  SCRIPT_TIMEOUT_MS,
  SSH_ALIVE_COUNT,
  SSH_ALIVE_INTERVAL_S,
  SSH_CONNECT_TIMEOUT_S,
  SSH_LOG_MAX_CHARS,
  SSH_PERSIST_S,
} from './limits.ts';
import { quote } from './quote.ts';
import { loginFailure, type RemoteFailure } from './remote-failure.ts';

export type SshLink = {
  readonly destination: string;
  /** Private to this connection; gone with it. */
  readonly directory: string;
  /** A script for the router's `sh`, to its end; code 255 where the connection is gone. */
  readonly run: (script: string, options?: { readonly timeoutMs?: number }) => Promise<RunEnd>;
  /** The same with its streams open. */
  readonly start: (script: string) => ChildProcessWithoutNullStreams;
  /** Joins a socket file here with a port of the router's loopback; what ssh said where it did not, else null. */
  readonly forward: (socketPath: string, port: number) => Promise<string | null>;
  readonly close: () => Promise<void>;
};

export type SshWish = {
  /** As ssh takes it: `root@192.0.2.1`, a name of ssh's configuration, `ssh://root@HOST:PORT`. */
  readonly destination: string;
  /** Instead of the user's own ssh configuration. */
  readonly configPath: string | null;
  /** Somebody sits at the terminal: ssh may ask for a password, and about a host key. */
  readonly mayAsk: boolean;
};

/** Neither an option of ssh nor anything that it would expand. */
const DESTINATION = /^(?!-)(ssh:\/\/)?[A-Za-z0-9._~@:[\]-]{1,200}$/;

export async function connectSsh(
  { destination, configPath, mayAsk }: SshWish,
  signal: AbortSignal,
): Promise<Result<SshLink, RemoteFailure>> {
  if (!DESTINATION.test(destination)) return err({ reason: 'router-unreadable', destination });
  const directory = await mkdtemp(join(tmpdir(), 'cistern-ssh-'));
  const socket = join(directory, 'c').replaceAll('%', '%%');
  const logPath = join(directory, 'log');
  const shared = [...(configPath === null ? [] : ['-F', configPath]), '-o', `ControlPath=${socket}`];
  const plain = ['-T', '-x', '-a', '-o', 'ClearAllForwardings=yes', '-o', 'RemoteCommand=none'];
  const common = [...shared, ...plain, '-o', 'PermitLocalCommand=no'];
  // Without the shared connection these end at once: they never log in a second time.
  const onSocket = ['-o', 'ControlMaster=no', '-o', 'BatchMode=yes', '-o', 'ProxyCommand=false'];
  const run = (args: readonly string[], timeoutMs: number) =>
    runSsh([...common, ...onSocket, ...args], timeoutMs);
  const remove = () => rm(directory, { recursive: true, force: true });

  const up = await runSsh(
    [
      ...common,
      ...[
        '-E',
        logPath,
        '-o',
        'LogLevel=INFO',
        '-o',
        'ControlMaster=yes',
        '-o',
        `ControlPersist=${SSH_PERSIST_S}`,
      ],
      ...['-o', `ConnectTimeout=${SSH_CONNECT_TIMEOUT_S}`],
      ...[
        '-o',
        `ServerAliveInterval=${SSH_ALIVE_INTERVAL_S}`,
        '-o',
        `ServerAliveCountMax=${SSH_ALIVE_COUNT}`,
      ],
      ...(mayAsk ? [] : ['-o', 'BatchMode=yes']),
      ...['--', destination, 'echo cistern-is-in'],
    ],
    mayAsk ? CONNECT_BY_HAND_TIMEOUT_MS : CONNECT_TIMEOUT_MS,
    { signal, isOurs: mayAsk },
  );
  const log = (await readFile(logPath, 'utf8').catch(() => '')).slice(-SSH_LOG_MAX_CHARS);
  if (up.code !== 0 || !up.stdout.includes('cistern-is-in')) {
    await remove();
    if (up.code === 127 && up.stderr.includes('ENOENT')) return err({ reason: 'ssh-missing' });
    return err(loginFailure(destination, `${log}\n${up.stderr}`));
  }
  return ok({
    destination,
    directory,
    run: (script, { timeoutMs = SCRIPT_TIMEOUT_MS } = {}) =>
      run(['--', destination, quote(['sh', '-c', script])], timeoutMs),
    start: (script) => {
      const args = [...common, ...onSocket, '--', destination, quote(['sh', '-c', script])];
      return spawn('ssh', args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    },
    forward: async (socketPath, port) => {
      const wish = ['-O', 'forward', '-L', `${socketPath}:127.0.0.1:${port}`];
      const { code, stderr } = await runSsh([...shared, ...wish, '--', destination], SCRIPT_TIMEOUT_MS);
      return code === 0 ? null : stderr.trim().slice(0, 300) || `ssh ended with ${code}`;
    },
    close: async () => {
      await run(['-O', 'exit', '--', destination], SCRIPT_TIMEOUT_MS);
      await remove();
    },
  });
}

/** `isOurs`: it may speak to our terminal, and Ctrl-C there ends it too. */
function runSsh(
  args: readonly string[],
  timeoutMs: number,
  { signal, isOurs = false }: { readonly signal?: AbortSignal; readonly isOurs?: boolean } = {},
): Promise<RunEnd> {
  const bounds = { outputMaxChars: SCRIPT_OUTPUT_MAX_CHARS, timeoutMs, isApart: !isOurs } as const;
  return runCommand(
    ['ssh', ...args],
    { ...bounds, abortsWith: 'SIGKILL' },
    signal ?? new AbortController().signal,
  );
}
