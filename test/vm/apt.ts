/** Debian's package tool, asked to tell and to download; only `packages.ts` lets it install. */
import { err, ok, type Result } from '../../shared/result.ts';
import { type CommandFailure, hostCommand } from './host-command.ts';
import { APT_TIMEOUT_MS } from './limits.ts';

export const apt = (args: readonly string[], cwd?: string) =>
  hostCommand('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', ...args], {
    timeoutMs: APT_TIMEOUT_MS,
    ...(cwd === undefined ? {} : { cwd }),
  });

/** Into `cwd`. Lists that are older than the archive name files that are gone: read the lists again, once. */
export async function downloadOnce(
  packages: readonly string[],
  cwd: string,
): Promise<Result<string, CommandFailure>> {
  const first = await apt(['download', ...packages], cwd);
  if (first.ok) return first;
  const updated = await apt(['update']);
  return updated.ok ? apt(['download', ...packages], cwd) : updated;
}

/** Parts of an init system come along with some libraries; nothing in the guest runs them. */
const INIT_SYSTEM = /systemd|udev/;

/** These packages, and those that they need and this machine lacks or has in an older version; none is installed. */
export async function withWhatTheyNeed(
  packages: readonly string[],
): Promise<Result<readonly string[], CommandFailure>> {
  const simulated = await apt(['-s', 'install', '--no-install-recommends', ...packages]);
  if (!simulated.ok) return simulated;
  const needed = namesToInstall(simulated.value).filter((name) => !INIT_SYSTEM.test(name));
  // What is installed here already is not named, and the guest finds it on this machine.
  if (needed.length > 0) return ok(needed);
  return err({
    reason: 'command-failed',
    command: `apt-get -s install ${packages.join(' ')}`,
    why: 'everything is installed here: nothing to unpack; remove one of them',
  });
}

/** Of `apt-get -s install`: lines `Inst NAME [old version] (new version ...)`. */
export function namesToInstall(simulation: string): readonly string[] {
  return [...simulation.matchAll(/^Inst (\S+) /gm)].map((match) => match[1] ?? '');
}
