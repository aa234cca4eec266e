/** A modem in a socket of the router: EDL and DIAG through its relay, or its ttys; AT always through its tty. */
import { err, ok, type Result } from '../../shared/result.ts';
import { findModems } from '../transport/bus/find-modems.ts';
import { isUsbPath, peerPath, socketKey } from '../transport/bus/ports.ts';
import { type DoorFailure, isUpdatable, type ModemDoor } from '../transport/door.ts';
import type { LocalPorts } from '../transport/local-ports.ts';
import type { LocatorFailure } from '../transport/locator.ts';
import { serialDoor } from '../transport/serial/serial-door.ts';
import { openRelay } from '../transport/tcp-door.ts';
import { RELAY_AGAIN_MS, RELAY_LOOK_INTERVAL_MS } from './limits.ts';
import type { Mirror } from './mirror.ts';
import type { RemoteFailure } from './remote-failure.ts';
import type { RouterSession } from './router-session.ts';

export type RemoteDoorPorts = {
  readonly session: RouterSession;
  readonly mirror: Mirror;
  /** The router's bus and ttys. */
  readonly ports: LocalPorts;
  readonly onNote: (note: string) => void;
};

/** `locator`: `usb:1-1.4`, `serial:1-1.4` (its ttys even where there is a relay), or `auto`; of the router. */
export async function remoteDoor(
  locator: string,
  { session, mirror, ports, onNote }: RemoteDoorPorts,
): Promise<Result<ModemDoor, RemoteFailure | LocatorFailure | DoorFailure>> {
  const { destination, finds } = session;
  if (!(await mirror.refresh()))
    return err({ reason: 'router-link-broken', destination, said: 'its /sys could not be read' });
  const meant = await meantPath(locator, ports.sysfs, destination);
  if (!meant.ok) return meant;
  const path = meant.value;
  const socket = { path, peer: await peerPath(ports.sysfs, path) };
  const ttys = await serialDoor(socket, { diag: null, at: null }, ports);
  const fresh = async (signal?: AbortSignal) => !signal?.aborted && (await mirror.refresh());
  const where = `usb:${path} of ${destination}`;
  const absent = err({ reason: 'modem-absent', where } as const);
  const door: ModemDoor = {
    key: keyOf(destination, await socketKey(ports.sysfs, path)),
    where,
    onBus: ttys.onBus && {
      ...ttys.onBus,
      look: async () => ((await fresh()) ? ((await ttys.onBus?.look()) ?? null) : null),
    },
    open: async (signal) => ((await fresh(signal)) ? ttys.open(signal) : absent),
    openAt: async (signal) => ((await fresh(signal)) ? ttys.openAt(signal) : absent),
  };
  const wantsTtys = locator.startsWith('serial:');
  if (finds.relay === null || wantsTtys) {
    if (!finds.hasEdlTty) return err({ reason: 'relay-missing', destination });
    onNote(`the modem's ttys on ${destination} are used${wantsTtys ? '' : ': it has no relay (QFirehose)'}`);
    return ok(door);
  }
  const paths = socket.peer === null ? [path] : [path, socket.peer];
  const relay = await session.relayFor(finds.relay, paths);
  if (!relay.ok) return relay;
  const open = async (signal?: AbortSignal) =>
    (await session.isReachable()) ? openRelay({ path: relay.value() }, where, signal) : absent;
  return ok({
    ...door,
    open: async (signal) => {
      const untilMs = ports.clock.nowMs() + RELAY_AGAIN_MS;
      for (;;) {
        const opened = await open(signal);
        if (opened.ok || opened.failure.reason !== 'modem-absent' || signal?.aborted) return opened;
        // A relay that has just lost a client, or a modem, is started again: the modem may be there all the same.
        if (ports.clock.nowMs() >= untilMs || (await door.onBus?.look()) == null) return opened;
        await ports.clock.sleep(RELAY_LOOK_INTERVAL_MS);
      }
    },
  });
}

/** The socket that is meant; where none is named, of the only modem there. */
async function meantPath(
  locator: string,
  sysfs: string,
  destination: string,
): Promise<Result<string, LocatorFailure | DoorFailure>> {
  const named = /^(?:usb|serial):(.+)$/.exec(locator)?.[1];
  if (named !== undefined && isUsbPath(named)) return ok(named);
  if (named !== undefined || !['auto', 'usb:', 'serial:'].includes(locator)) {
    const why = 'with --router it is a socket of the router, such as usb:1-1.4, or auto';
    return err({ reason: 'locator-unreadable', locator: locator.slice(0, 200), why });
  }
  const found = await findModems(sysfs);
  if (!found.ok) return found;
  const updatable = found.value.filter(isUpdatable);
  const meant = updatable.length > 0 ? updatable : found.value;
  const where = `usb: (any) of ${destination}`;
  const [only] = meant;
  if (only === undefined) return err({ reason: 'modem-absent', where });
  if (meant.length === 1) return ok(only.path);
  return err({ reason: 'modems-indistinguishable', where, choices: meant.map(({ path }) => `usb:${path}`) });
}

function keyOf(destination: string, socket: string): string {
  return `ssh-${destination}-${socket}`.replaceAll(/[^A-Za-z0-9.-]/g, '_');
}
