/**
 * Makes the machine ready for a modem that is about to leave normal mode: judges what would harm the flashing, and
 * stops what would disturb it. Called when the package is staged, before the snapshot, so that before and after are
 * compared with the same services stopped. `startAgain` belongs into a `finally`.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { PreflightFacts } from './preflight/facts.ts';
import { type GatherPorts, type GatherWish, gatherFacts } from './preflight/gather-facts.ts';
import { type Check, type Finding, judgeWatchdogs, preflight, refusals } from './preflight/preflight.ts';
import { watchdogs } from './preflight/watchdogs.ts';
import { findServiceProfile, SERVICE_PROFILES } from './services/service-profile.ts';
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

export type ReadyWish = GatherWish & {
  readonly modemKey: string;
  /** Then the services around the modem are another machine's too. */
  readonly isBehindRelay: boolean;
  /** Checks that a person lets through; an update that is taken up after its first erase lets all through. */
  readonly accepted: readonly Check[];
  /** After the first erase, or where nothing is written: a service that does not stop is told, and it goes on. */
  readonly goesOnRegardless: boolean;
};

export async function makeReady(
  wish: ReadyWish,
  gathering: GatherPorts,
  services: ServicePorts,
): Promise<Result<StoppedServices, RouterFailure>> {
  // Before services are stopped: with netifd's interface the route would be gone.
  const before = await gatherFacts(wish, gathering);
  const early = earlyFindings(before);
  const refused = refusals(early, wish.accepted)[0];
  if (refused !== undefined) return err(refusalOf(refused));
  tell(early, services);
  const profile = wish.isBehindRelay ? null : await findServiceProfile(services.machine);
  if (profile === null && !wish.isBehindRelay) services.onNote(NO_PROFILE_NOTE);
  const { modemNetDevices: netDevices, modemNodes: nodes, modemPath: devicePath } = before;
  const modem = { modemKey: wish.modemKey, netDevices, nodes, devicePath };
  const stopped = await stopServices(
    profile,
    { ...modem, goesOnRegardless: wish.goesOnRegardless },
    services,
  );
  if (!stopped.ok) return stopped;
  // Who is still there is nobody that a profile knows.
  const after = preflight(await gatherFacts({ ...wish, repositoryUrl: null }, gathering));
  const found = wish.modem === null ? { watching: [], due: [] } : await watchdogs(services.machine);
  const late = [...after.filter(({ check }) => check === 'port-holders'), ...judgeWatchdogs(found)];
  const left = refusals(late, wish.accepted)[0];
  if (left === undefined) {
    tell(late, services);
    return ok(stopped.value);
  }
  await stopped.value.startAgain();
  return err(refusalOf(left));
}

/** Who holds a port now is most likely a service that is about to be stopped. */
export function earlyFindings(facts: PreflightFacts): readonly Finding[] {
  return preflight(facts).filter(({ check }) => check !== 'port-holders');
}

const NO_PROFILE_NOTE = `No profile of services fits this system (there are ${SERVICE_PROFILES.map(({ name }) => name).join(', ')}), so none is stopped. Stop what touches the modem or reboots this machine yourself: ModemManager, diallers, watchdogs.`;

function tell(findings: readonly Finding[], { onNote }: Pick<ServicePorts, 'onNote'>): void {
  for (const { what, next, severity } of findings)
    onNote(severity === 'note' ? `${what} ${next}` : `${what} It was told to go on all the same.`);
}

export function refusalOf({ check, what, next, mayOverride }: Finding): RouterFailure {
  return { reason: 'preflight-refused', check, what, next, mayOverride };
}
