/** Looks at a modem and, where it can answer, asks it: what an examination starts from. Nothing is changed. */
import { ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { explain } from '../report/explain/explain.ts';
import { findModems } from '../transport/bus/find-modems.ts';
import type { DoorFailure, ModemDoor } from '../transport/door.ts';
import type { LocalPorts } from '../transport/local-ports.ts';
import { isUnfinished, readAttempt } from '../update/journal.ts';
import { askModem, type Interview } from './ask-modem.ts';
import type { Seen } from './examination.ts';

export type Look = { readonly seen: Seen; readonly interview: Interview | null };

type Sight = Pick<Seen, 'state' | 'usbId' | 'drivers'>;

/** Fails only where it cannot be told what is there; an absent or a silent modem is an answer. */
export async function seeModem(
  door: ModemDoor,
  ports: { readonly stateDir: string; readonly localPorts: Pick<LocalPorts, 'sysfs'> },
  signal?: AbortSignal,
): Promise<Result<Look, DoorFailure>> {
  const sight = await sightOf(door, ports.localPorts, signal);
  if (!sight.ok) return sight;
  const journal = await readAttempt(ports.stateDir, door.key);
  const isBegun = journal.ok && journal.value !== null && isUnfinished(journal.value);
  const seen: Seen = { where: door.where, ...sight.value, isUnfinished: isBegun, atProblem: null };
  if (seen.state !== 'normal') return ok({ seen, interview: null });
  const asked = await interview(door, signal);
  if (asked.ok) return ok({ seen, interview: asked.value });
  const { what, next } = explain(asked.failure);
  return ok({ seen: { ...seen, atProblem: { what, next } }, interview: null });
}

export const NO_MODEM: Look = {
  seen: {
    where: null,
    state: 'absent',
    usbId: null,
    drivers: null,
    isUnfinished: false,
    atProblem: null,
  },
  interview: null,
};

/** From the bus where it is there; only behind a relay or a tty the modem itself has to be opened. */
async function sightOf(
  door: ModemDoor,
  { sysfs }: Pick<LocalPorts, 'sysfs'>,
  signal?: AbortSignal,
): Promise<Result<Sight, DoorFailure>> {
  const inSight = await findModems(sysfs);
  const here = inSight.ok ? inSight.value.find(({ path }) => `usb:${path}` === door.where) : undefined;
  if (here !== undefined) {
    const { state, usbId, interfaces } = here;
    const drivers = interfaces.flatMap(({ driver }) => (driver === null ? [] : [driver]));
    return ok({ state, usbId, drivers: [...new Set(drivers)] });
  }
  const opened = await door.open(signal);
  if (!opened.ok) {
    if (opened.failure.reason !== 'modem-absent') return opened;
    return ok({ state: 'absent', usbId: null, drivers: null });
  }
  await opened.value.pipe.close();
  const { state, usbId } = opened.value;
  return ok({ state, usbId, drivers: null });
}

async function interview(door: ModemDoor, signal?: AbortSignal): Promise<Result<Interview, UpdateFailure>> {
  const at = await door.openAt(signal);
  if (!at.ok) return at;
  const asked = await askModem(at.value, signal);
  await at.value.close();
  return asked;
}
