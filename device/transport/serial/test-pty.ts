/**
 * A real tty for tests: socat joins two pseudo-terminals, one for the pipe and one for the modem's end. Where there
 * is no socat, `null`: the tests that need it must say so loudly.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type PtyPair = {
  /** For the pipe under test. */
  readonly host: string;
  /** The modem's end. */
  readonly modem: string;
  /** The tty is gone, as when a modem is pulled. */
  readonly pull: () => Promise<void>;
  readonly remove: () => Promise<void>;
};

export function hasSocat(): boolean {
  return spawnSync('socat', ['-V'], { stdio: 'ignore' }).status === 0;
}

export async function ptyPair(): Promise<PtyPair> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-pty-'));
  const [host, modem] = [join(directory, 'host'), join(directory, 'modem')];
  const socat = spawn('socat', [`PTY,link=${host},rawer`, `PTY,link=${modem},rawer`], { stdio: 'ignore' });
  await until(() => existsSync(host) && existsSync(modem));
  return {
    host,
    modem,
    pull: () => end(socat),
    remove: async () => {
      await end(socat);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function until(isDone: () => boolean): Promise<void> {
  for (let looks = 0; looks < 500; looks++) {
    if (isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('socat made no terminals within 5 s');
}
