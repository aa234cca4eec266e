/**
 * `--router root@HOST`: a command is carried out here, for a modem that stands in a router. To the command the
 * router's bus, ttys, services, power and processes look like this machine's; package, repository and journal stay
 * here. Nothing is installed on the router, and nothing is left behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { mirrorIn } from '../remote/mirror.ts';
import { remoteDoor } from '../remote/remote-door.ts';
import { remoteMachine } from '../remote/remote-machine.ts';
import { remoteTty } from '../remote/remote-tty.ts';
import { isRouteQuestion, routeBeside } from '../remote/route-beside.ts';
import { openRouterSession, type RouterSession } from '../remote/router-session.ts';
import type { Machine } from '../router/machine.ts';
import { readSettings } from './session.ts';
import { tellFailure } from './tell.ts';
import { UNTOUCHED } from './tell-result.ts';

export type BesideFlags = {
  readonly router?: string;
  readonly modem?: string;
  readonly state?: string;
  readonly config?: string;
  readonly json: boolean;
};

export const routerFlag = {
  kind: 'parsed',
  parse: (text: string) => text,
  optional: true,
  brief: 'The router that the modem stands in, as ssh takes it: root@HOST; --modem is then a socket of it',
  placeholder: 'root@HOST',
} as const;

/** Without --router the command runs as it is. */
export function besideRouter<F extends BesideFlags, A extends readonly unknown[]>(
  run: (this: Context, flags: F, ...rest: A) => Promise<void>,
): (this: Context, flags: F, ...rest: A) => Promise<void> {
  return async function (this: Context, flags: F, ...rest: A): Promise<void> {
    if (flags.router === undefined) return run.call(this, flags, ...rest);
    const destination = flags.router;
    const told = { json: flags.json, state: UNTOUCHED };
    const read = await readSettings(this, { state: flags.state, modem: flags.modem }, flags.config);
    if (!read.ok) return tellFailure(this, read.failure, told);
    const onNote = (note: string) => void (flags.json || this.stderr.write(`${note}\n`));
    const session = await openRouterSession(
      {
        destination,
        configPath: this.environment.CISTERN_SSH_CONFIG ?? null,
        mayAsk: this.isInteractive,
        run: this.newId(),
        onNote,
      },
      this.signal,
    );
    if (!session.ok) return tellFailure(this, session.failure, told);
    const directory = await mkdtemp(join(tmpdir(), 'cistern-mirror-'));
    try {
      const own = onRouter(this, session.value, directory, onNote);
      // What is known of this router's modem is nobody else's: its journal, its services, its device key.
      const state = join(read.value.stateDir, 'routers', destination.replaceAll(/[^A-Za-z0-9.-]/g, '_'));
      const modem = read.value.settings.modem ?? 'auto';
      await run.call(own, { ...flags, router: undefined, modem, state }, ...rest);
    } finally {
      await session.value.end();
      await rm(directory, { recursive: true, force: true });
    }
  };
}

function onRouter(
  context: Context,
  session: RouterSession,
  directory: string,
  onNote: (note: string) => void,
): Context {
  const mirror = mirrorIn(directory, session.run);
  const router = remoteMachine(session);
  const machine: Machine = {
    ...router,
    run: (command) =>
      isRouteQuestion(command)
        ? routeBeside(command, context.machine, { run: router.run, addresses: session.finds.addresses })
        : router.run(command),
  };
  const localPorts = {
    ...context.localPorts,
    sysfs: mirror.sysfs,
    openTty: remoteTty(session.start),
    mayOpen: async () => true,
  };
  const door = (locator: string) => remoteDoor(locator, { session, mirror, ports: localPorts, onNote });
  return { ...context, machine, localPorts, openDoor: door };
}
