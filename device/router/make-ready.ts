/**
 * Makes the machine ready for a modem that is about to leave normal mode: judges what would harm the flashing, and
 * stops what would disturb it. Called when the package is staged, before the snapshot, so that before and after are
 * compared with the same services stopped. `startAgain` belongs into a `finally`.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { UsbNode } from '../transport/bus/usb-tree.ts';
import { type GatherPorts, gatherFacts } from './preflight/gather-facts.ts';
import { type Check, type Finding, preflight, refusals } from './preflight/preflight.ts';
import { findServiceProfile } from './services/service-profile.ts';
import {
  type ServiceFailure,
  type ServicePorts,
  type StoppedServices,
  stopServices,
} from './services/stop-services.ts';

export type RouterFailure =
  | ServiceFailure
  /** Found before anything was changed. */
  | {
      readonly reason: 'preflight-refused';
      readonly check: Check;
      readonly what: string;
      readonly next: string;
      readonly mayOverride: boolean;
    };

export type ReadyWish = {
  readonly modemKey: string;
  /** The modem on this machine's USB; null behind a relay. */
  readonly modem: UsbNode | null;
  readonly repositoryUrl: string;
  readonly packageOutlivesReboot: boolean;
  /** Checks that a person lets through; an update that is taken up after its first erase lets all through. */
  readonly overridden: readonly Check[];
};

export async function makeReady(
  wish: ReadyWish,
  gathering: GatherPorts,
  services: ServicePorts,
): Promise<Result<StoppedServices, RouterFailure>> {
  // Before services are stopped: with netifd's interface the route would be gone.
  const before = await gatherFacts(wish, gathering);
  const early = preflight({ ...before, holders: [] });
  const refused = refusals(early, wish.overridden)[0];
  if (refused !== undefined) return err(refusalOf(refused));
  for (const { what, next, severity } of early)
    services.onNote(severity === 'note' ? `${what} ${next}` : `${what} It was told to go on all the same.`);
  // Behind a relay the modem is another machine's, and so are the services around it.
  const profile = wish.modem === null ? null : await findServiceProfile(services.machine);
  const modem = { modemKey: wish.modemKey, netDevices: before.modemNetDevices };
  const stopped = await stopServices(profile, modem, services);
  if (!stopped.ok) return stopped;
  // What still holds a port is nobody that a profile knows.
  const { holders } = await gatherFacts(wish, gathering);
  const held = refusals(preflight({ ...QUIET, holders }), wish.overridden)[0];
  if (held === undefined) return ok(stopped.value);
  await stopped.value.startAgain();
  return err(refusalOf(held));
}

const QUIET = {
  modemNetDevices: [],
  routeDevice: 'none',
  routeBeneath: [],
  otherUpdaters: [],
  power: { supplies: [], undervoltage: [] },
  packageOutlivesReboot: true,
} as const;

function refusalOf({ check, what, next, mayOverride }: Finding): RouterFailure {
  return { reason: 'preflight-refused', check, what, next, mayOverride };
}
