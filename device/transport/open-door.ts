/** From what a person wrote to a door: looks once which modem is meant. Nothing is opened yet. */
import { err, ok, type Result } from '../../shared/result.ts';
import { findModems, type SeenModem } from './bus/find-modems.ts';
import type { Roles } from './bus/interface-roles.ts';
import { peerPath } from './bus/ports.ts';
import { type DoorFailure, isUpdatable, type ModemDoor } from './door.ts';
import type { LocalPorts } from './local-ports.ts';
import { type Locator, type LocatorFailure, parseLocator } from './locator.ts';
import { rawTcpDoor } from './raw-tcp-door.ts';
import { serialDoor, usbOfTty } from './serial/serial-door.ts';
import { tcpDoor } from './tcp-door.ts';
import { usbDoor } from './usb/usb-door.ts';

export type OpenDoorFailure = LocatorFailure | DoorFailure;

export async function openDoor(text: string, ports: LocalPorts): Promise<Result<ModemDoor, OpenDoorFailure>> {
  const locator = parseLocator(text);
  if (!locator.ok) return locator;
  switch (locator.value.transport) {
    case 'tcp':
      return ok(tcpDoor(locator.value.usb, locator.value.at, ports.clock));
    case 'raw-tcp':
      return ok(rawTcpDoor(locator.value.usb, locator.value.at, ports.clock));
    case 'usb':
      return openUsb(locator.value.path, ports);
    case 'serial':
      return openSerial(text, locator.value, ports);
  }
}

async function openUsb(path: string | null, ports: LocalPorts): Promise<Result<ModemDoor, OpenDoorFailure>> {
  const meant = path === null ? await onlyPath(ports.sysfs) : ok(path);
  if (!meant.ok) return meant;
  return ok(await usbDoor(await socketOf(ports.sysfs, meant.value), ports));
}

async function openSerial(
  text: string,
  locator: Extract<Locator, { readonly transport: 'serial' }>,
  ports: LocalPorts,
): Promise<Result<ModemDoor, OpenDoorFailure>> {
  const { sysfs } = ports;
  const none: Roles = { diag: null, at: null };
  if ('path' in locator) return ok(await serialDoor(await socketOf(sysfs, locator.path), none, ports));
  const main = await usbOfTty(sysfs, locator.tty);
  if (main === null) return err({ reason: 'modem-absent', where: `serial:${locator.tty}` });
  const inSight = await findModems(sysfs);
  if (!inSight.ok) return inSight;
  const isNormal = inSight.value.some(({ path, state }) => path === main.path && state === 'normal');
  // In EDL there is one tty, and the number of the other may be somebody else's by now.
  const at = locator.at === null || !isNormal ? null : await usbOfTty(sysfs, locator.at);
  if (at !== null && at.path !== main.path) {
    const why = `${locator.tty} belongs to usb:${main.path}, ${locator.at} to usb:${at.path}`;
    return err({ reason: 'locator-unreadable', locator: text, why });
  }
  const roles = at === null ? none : { diag: main.interfaceNumber, at: at.interfaceNumber };
  return ok(await serialDoor(await socketOf(sysfs, main.path), roles, ports));
}

async function socketOf(sysfs: string, path: string) {
  return { path, peer: await peerPath(sysfs, path) };
}

/** The only modem in sight; where none can be updated, the only one that is there, so that it is told what it is. */
async function onlyPath(sysfs: string): Promise<Result<string, DoorFailure>> {
  const found = await findModems(sysfs);
  if (!found.ok) return found;
  const updatable = found.value.filter((modem) => isUpdatable(modem) || modem.state === 'ram-dump');
  const meant: readonly SeenModem[] = updatable.length > 0 ? updatable : found.value;
  const [only] = meant;
  const where = 'usb: (any)';
  if (only === undefined) return err({ reason: 'modem-absent', where });
  if (meant.length === 1) return ok(only.path);
  return err({ reason: 'modems-indistinguishable', where, choices: meant.map(({ path }) => `usb:${path}`) });
}
