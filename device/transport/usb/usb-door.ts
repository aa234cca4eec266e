/**
 * A modem that is plugged in: `usb:1-1.4`. DIAG and EDL go through usbfs, their interface taken from its kernel
 * driver for as long as the pipe is open; AT goes through the tty that the kernel already offers, or through usbfs
 * where there is none.
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { SeenModem } from '../bus/find-modems.ts';
import type { Socket } from '../bus/follow-modem.ts';
import { lookForModem, onBus } from '../bus/look-for-modem.ts';
import { socketKey } from '../bus/ports.ts';
import type { DoorFailure, ModemDoor, OpenedModem } from '../door.ts';
import type { LocalPorts } from '../local-ports.ts';
import type { Pipe } from '../pipe.ts';
import { openSerialPipe } from '../serial/serial-pipe.ts';
import { unopenedPipe } from '../unopened-pipe.ts';
import { claimInterface } from './claim-interface.ts';

export async function usbDoor(socket: Socket, ports: LocalPorts): Promise<ModemDoor> {
  const where = `usb:${socket.path}`;
  const look = lookForModem(socket, ports.sysfs);
  return {
    key: await socketKey(ports.sysfs, socket.path),
    where,
    onBus: onBus(socket, look),
    open: async (signal) => {
      const modem = await look(signal);
      return modem.ok ? openMain(modem.value, where, ports) : modem;
    },
    openAt: async (signal) => {
      const modem = await look(signal);
      return modem.ok ? openAt(modem.value, where, ports) : modem;
    },
  };
}

async function openMain(
  modem: SeenModem,
  where: string,
  ports: LocalPorts,
): Promise<Result<OpenedModem, DoorFailure>> {
  const { state, usbId, interfaceCount } = modem;
  const sighting = { state, usbId, interfaceCount };
  if (state === 'fastboot') {
    const pipe = await claimInterface(
      modem,
      { number: modem.interfaces[0]?.number ?? 0, role: 'EDL' },
      ports,
    );
    // One that may not be opened is said to be in fastboot all the same.
    return ok({ ...sighting, pipe: pipe.ok ? pipe.value : unopenedPipe(state) });
  }
  if (state !== 'normal' && state !== 'edl' && state !== 'ram-dump')
    return ok({ ...sighting, pipe: unopenedPipe(state) });
  const [role, number] =
    state === 'normal'
      ? (['DIAG', modem.roles.diag] as const)
      : (['EDL', modem.interfaces[0]?.number ?? null] as const);
  if (number === null) return err({ reason: 'interface-not-found', role, usbId, where });
  const pipe = await claimInterface(modem, { number, role }, ports);
  return pipe.ok ? ok({ ...sighting, pipe: pipe.value }) : pipe;
}

async function openAt(
  modem: SeenModem,
  where: string,
  ports: LocalPorts,
): Promise<Result<Pipe, DoorFailure>> {
  const { state, roles, interfaces, usbId } = modem;
  if (state !== 'normal') return err({ reason: 'modem-absent', where });
  const own = interfaces.find(({ number }) => number === roles.at);
  if (own === undefined) return err({ reason: 'interface-not-found', role: 'AT', usbId, where });
  const tty = own.ttys[0];
  if (tty === undefined) return claimInterface(modem, { number: own.number, role: 'AT' }, ports);
  return openSerialPipe(`/dev/${tty}`, ports.openTty);
}
