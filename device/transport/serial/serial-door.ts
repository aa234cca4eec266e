/**
 * A modem reached through the ttys that the kernel offers: `serial:/dev/ttyUSB0?at=/dev/ttyUSB2`. The ttys only name
 * the modem and the roles of its interfaces at the start. Afterwards it is followed by its socket, because numbers
 * of ttys are given out anew whenever it comes back.
 */
import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { SeenModem } from '../bus/find-modems.ts';
import type { Socket } from '../bus/follow-modem.ts';
import type { Roles } from '../bus/interface-roles.ts';
import { lookForModem, onBus } from '../bus/look-for-modem.ts';
import { socketKey } from '../bus/ports.ts';
import type { DoorFailure, ModemDoor, OpenedModem } from '../door.ts';
import type { LocalPorts } from '../local-ports.ts';
import type { Pipe } from '../pipe.ts';
import { unopenedPipe } from '../unopened-pipe.ts';
import { cutSahara } from './cut-sahara.ts';
import { openSerialPipe } from './serial-pipe.ts';

/** `roles` holds what the person named; null means what the tables say. */
export async function serialDoor(socket: Socket, roles: Roles, ports: LocalPorts): Promise<ModemDoor> {
  const where = `serial:${socket.path}`;
  const look = lookForModem(socket, ports.sysfs);
  return {
    key: await socketKey(ports.sysfs, socket.path),
    where,
    onBus: onBus(socket, look),
    open: async (signal) => {
      const modem = await look(signal);
      return modem.ok ? openMain(modem.value, { where, roles }, ports) : modem;
    },
    openAt: async (signal) => {
      const modem = await look(signal);
      if (!modem.ok) return modem;
      if (modem.value.state !== 'normal') return err({ reason: 'modem-absent', where });
      const number = roles.at ?? modem.value.roles.at;
      return openInterface(modem.value, { role: 'AT', number, where }, ports);
    },
  };
}

async function openMain(
  modem: SeenModem,
  { where, roles }: { readonly where: string; readonly roles: Roles },
  ports: LocalPorts,
): Promise<Result<OpenedModem, DoorFailure>> {
  const { state, usbId, interfaceCount } = modem;
  const sighting = { state, usbId, interfaceCount };
  if (state !== 'normal' && state !== 'edl' && state !== 'ram-dump')
    return ok({ ...sighting, pipe: unopenedPipe(state) });
  const wanted =
    state === 'normal'
      ? ({ role: 'DIAG', number: roles.diag ?? modem.roles.diag, where } as const)
      : ({ role: 'EDL', number: modem.interfaces[0]?.number ?? null, where } as const);
  const pipe = await openInterface(modem, wanted, ports);
  return pipe.ok ? ok({ ...sighting, pipe: pipe.value }) : pipe;
}

async function openInterface(
  { interfaces, usbId }: SeenModem,
  wanted: { readonly role: 'DIAG' | 'AT' | 'EDL'; readonly number: number | null; readonly where: string },
  { openTty }: LocalPorts,
): Promise<Result<Pipe, DoorFailure>> {
  const { role, number, where } = wanted;
  const own = interfaces.find((candidate) => candidate.number === number);
  if (own === undefined) return err({ reason: 'interface-not-found', role, usbId, where });
  const tty = own.ttys[0];
  if (tty === undefined) return err({ reason: 'tty-missing', usbId, where });
  return openSerialPipe(`/dev/${tty}`, openTty, role === 'EDL' ? cutSahara : undefined);
}

/** Which interface of which USB device offers this tty; null for a tty that is not there or not of USB. */
export async function usbOfTty(
  sysfs: string,
  tty: string,
): Promise<{ readonly path: string; readonly interfaceNumber: number } | null> {
  // /dev/serial/by-id and the like are links.
  const node = await realpath(tty).catch(() => tty);
  const device = await realpath(join(sysfs, 'class/tty', basename(node), 'device')).catch(() => '');
  const part = device
    .split('/')
    .map((name) => /^(\d+-[\d.]+):\d+\.(\d+)$/.exec(name))
    .find((match) => match !== null);
  return part === undefined ? null : { path: part[1] ?? '', interfaceNumber: Number(part[2]) };
}
