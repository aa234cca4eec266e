/**
 * Which way leads to the repository, for a computer beside a router: its own, and the router's only where the way
 * leads through the router. Then the router's word decides whether that is the very modem.
 */
import type { Machine } from '../router/machine.ts';
import { BESIDE_PREFIX } from '../router/preflight/route.ts';
import type { RunEnd } from '../router/run-command.ts';

/** `ip route get ADDRESS`, in whichever form it is asked. */
export function isRouteQuestion(command: readonly string[]): boolean {
  return command[0] === 'ip' && command.includes('route') && command.includes('get');
}

export async function routeBeside(
  command: readonly string[],
  here: Pick<Machine, 'run'>,
  router: Pick<Machine, 'run'> & { readonly addresses: readonly string[] },
): Promise<RunEnd> {
  const own = await here.run(['ip', 'route', 'get', command.at(-1) ?? '']);
  const gateway = / via (?:inet6? )?([0-9a-f.:]+) /.exec(own.stdout)?.[1];
  if (gateway !== undefined && router.addresses.includes(gateway)) return router.run(command);
  if (own.code !== 0) return own;
  // Another way: by an interface of this computer, which no modem of the router's stands on.
  const device = / dev (\S+)/.exec(own.stdout)?.[1] ?? 'unknown';
  const stdout = command.includes('-j') ? '' : `here dev ${BESIDE_PREFIX}${device}\n`;
  return { code: command.includes('-j') ? 1 : 0, signalName: null, stdout, stderr: '' };
}
