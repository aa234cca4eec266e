/** Every modem that is plugged into this machine, as `cistern devices` shows it. Nothing is opened. */
import { ok, type Result } from '../../shared/result.ts';
import { adviceFor } from '../report/explain/modem-sentences.ts';
import { findModems, type SeenModem } from '../transport/bus/find-modems.ts';
import { socketKey } from '../transport/bus/ports.ts';
import type { UsbTreeFailure } from '../transport/bus/usb-tree.ts';
import type { ModemState } from '../transport/door.ts';
import type { LocalPorts } from '../transport/local-ports.ts';
import { usbNode } from '../transport/usb/claim-interface.ts';
import { isUnfinished, readAttempt } from '../update/journal.ts';

export type ListedModem = {
  /** Names it for --modem. */
  readonly where: string;
  readonly state: ModemState;
  readonly usbId: string;
  readonly name: string;
  /** In the order of the interfaces, each once. */
  readonly drivers: readonly string[];
  readonly ttys: readonly string[];
  readonly node: string;
  readonly permitted: boolean;
  readonly unfinished: boolean;
  readonly next: string;
};

export async function listModems(
  stateDir: string,
  ports: Pick<LocalPorts, 'sysfs' | 'mayOpen'>,
): Promise<Result<readonly ListedModem[], UsbTreeFailure>> {
  const found = await findModems(ports.sysfs);
  if (!found.ok) return found;
  return ok(await Promise.all(found.value.map((modem) => listed(modem, stateDir, ports))));
}

async function listed(
  modem: SeenModem,
  stateDir: string,
  { sysfs, mayOpen }: Pick<LocalPorts, 'sysfs' | 'mayOpen'>,
): Promise<ListedModem> {
  const { path, state, usbId, name, interfaces } = modem;
  const journal = await readAttempt(stateDir, await socketKey(sysfs, path));
  const unfinished = journal.ok && journal.value !== null && isUnfinished(journal.value);
  const node = usbNode(modem);
  const permitted = await mayOpen(node);
  return {
    where: `usb:${path}`,
    state,
    usbId,
    name,
    drivers: [...new Set(interfaces.flatMap(({ driver }) => (driver === null ? [] : [driver])))],
    ttys: interfaces.flatMap(({ ttys }) => ttys),
    node,
    permitted,
    unfinished,
    next: nextFor(modem, { permitted, unfinished }),
  };
}

function nextFor(
  { path, state, isSettled }: SeenModem,
  { permitted, unfinished }: { readonly permitted: boolean; readonly unfinished: boolean },
): string {
  if (!isSettled) return 'The kernel is still setting it up: look again.';
  if (!permitted && state !== 'not-qualcomm') return 'This user may not open it.';
  if (unfinished) return `An update is unfinished: cistern update --modem usb:${path}`;
  return state === 'normal' ? `cistern check --modem usb:${path}` : adviceFor(state);
}
