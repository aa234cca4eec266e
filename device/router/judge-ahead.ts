/**
 * What would refuse it at gate 1, asked before the first byte is fetched, in the same words: nothing is stopped for it,
 * no port is opened, nothing is told. Gate 1 asks all of it again. Judged is only what a fetch of minutes or hours does
 * not mend by itself:
 * - a line of a crontab that reboots within two hours meets the fetch, or what follows it;
 * - a watchdog or a holder of a port that goes with a service which is to be stopped is no obstacle. Whose a holder is
 *   only its cgroup says; where nothing says it (an older kernel), gate 1 is the first that can tell.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { earlyFindings, type ReadyWish, type RouterFailure, refusalOf } from './make-ready.ts';
import type { PortHolder, PreflightFacts } from './preflight/facts.ts';
import { type GatherPorts, type GatherWish, gatherFacts } from './preflight/gather-facts.ts';
import { type Finding, judgeHolders, judgeWatchdogs, refusals } from './preflight/preflight.ts';
import { serviceOf } from './preflight/service-of.ts';
import { watchdogs } from './preflight/watchdogs.ts';
import { findServiceProfile, type Service } from './services/service-profile.ts';
import { servicesOn } from './services/stop-services.ts';

export async function judgeAhead(
  wish: GatherWish & Pick<ReadyWish, 'accepted'>,
  gathering: GatherPorts,
): Promise<Result<void, RouterFailure>> {
  const facts = await gatherFacts(wish, gathering);
  const found = [
    ...earlyFindings(facts),
    ...(wish.modem === null ? [] : await lastingFindings(facts, gathering)),
  ];
  const refused = refusals(found, wish.accepted)[0];
  return refused === undefined ? ok() : err(refusalOf(refused));
}

/** What would still be there with the services stopped. */
async function lastingFindings(
  { modemNetDevices: netDevices, modemNodes: nodes, modemPath: devicePath, holders }: PreflightFacts,
  { machine }: GatherPorts,
): Promise<readonly Finding[]> {
  const profile = await findServiceProfile(machine);
  const going = await servicesOn(profile, { netDevices, nodes, devicePath }, { machine });
  const startForOthers = profile?.startForOthers ?? [];
  const ofOthers = await Promise.all(
    holders.map((holder) => isOfOthers(holder, { going, startForOthers }, machine)),
  );
  const found = await watchdogs(machine, {
    processes: going.flatMap(processesOf),
    cronLines: going.some(({ ownsCronLines }) => ownsCronLines === true),
  });
  return [...judgeHolders(holders.filter((_, i) => ofOthers[i])), ...judgeWatchdogs(found)];
}

/** Whether this holder is certain to outlive the services that are going to be stopped. */
async function isOfOthers(
  { pid, name }: PortHolder,
  {
    going,
    startForOthers,
  }: { readonly going: readonly Service[]; readonly startForOthers: readonly string[] },
  { readText }: Pick<GatherPorts['machine'], 'readText'>,
): Promise<boolean> {
  const service = serviceOf((await readText(`/proc/${pid}/cgroup`)) ?? '');
  // Not even where nothing is stopped: it may end by itself while the package is fetched.
  if (service !== null && startForOthers.includes(service)) return false;
  if (going.length === 0) return true;
  if (going.flatMap(processesOf).includes(name)) return false;
  return service !== null && !going.some((each) => each.name === service);
}

function processesOf({ running }: Service): readonly string[] {
  return running.processes ?? [];
}
