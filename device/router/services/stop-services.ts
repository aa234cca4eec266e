/**
 * Services are stopped before the modem leaves normal mode and started again whatever happens, also by the next run
 * where this one dies. Where two modems are flashed side by side, a service comes back with the last of them.
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../../clock.ts';
import { livingOwner, ownerText, type ProcessTable } from '../../process-table.ts';
import type { JournalFailure } from '../../update/journal.ts';
import type { Held } from '../hold-command.ts';
import { SERVICE_GONE_TIMEOUT_MS, SERVICE_LOOK_INTERVAL_MS } from '../limits.ts';
import type { Machine } from '../machine.ts';
import { holdService } from './hold-service.ts';
import { netifdInterfaces, uciInterfaces } from './netifd.ts';
import type { Service, ServiceProfile } from './service-profile.ts';
import {
  forgetStopped,
  readStopped,
  type StoppedRecord,
  type StoppedService,
  writeStopped,
} from './stopped-record.ts';

export type ServiceFailure =
  /** It still runs: the modem must be left alone. */
  | {
      readonly reason: 'service-not-stopped';
      readonly name: string;
      readonly why: string;
      readonly said: string;
    }
  | JournalFailure;

export type ServicePorts = {
  readonly stateDir: string;
  readonly machine: Machine;
  readonly processTable: ProcessTable;
  readonly clock: Clock;
  readonly onNote: (note: string) => void;
};

export type StoppedServices = {
  readonly names: readonly string[];
  /** Never fails: what does not start is told, and stays on record for the next run. */
  readonly startAgain: () => Promise<void>;
};

export type ModemOnMachine = {
  readonly modemKey: string;
  /** Names of its network interfaces, e.g. `wwan0`. */
  readonly netDevices: readonly string[];
  /** Its device nodes, e.g. `/dev/ttyUSB2`. */
  readonly nodes: readonly string[];
  /** Its path in sysfs, as the kernel names it; null while it is not on the bus. */
  readonly devicePath: string | null;
  /** What does not stop is told and left running: to leave the modem as it is would be worse. */
  readonly goesOnRegardless?: boolean;
};

/** Also takes over what an earlier run for this modem had stopped. On a failure everything is as it was. */
export async function stopServices(
  profile: ServiceProfile | null,
  modem: ModemOnMachine,
  ports: ServicePorts,
): Promise<Result<StoppedServices, ServiceFailure>> {
  const { modemKey, devicePath, goesOnRegardless = false } = modem;
  const { stateDir } = ports;
  const records = await readStopped(stateDir);
  let stopped: StoppedService[] = [...(records.get(modemKey)?.stopped ?? [])];
  const holds: Held[] = [];
  const startAgain = async () => {
    await Promise.all(holds.splice(0).map((hold) => hold.release()));
    await startStopped(modemKey, stopped, ports);
  };
  const stoppedByOthers = [...records]
    .filter(([key]) => key !== modemKey)
    .flatMap(([, record]) => record.stopped);
  for (const service of await servicesHere(profile, modem, ports)) {
    const isStopped = stoppedByOthers.some(({ name }) => name === service.name);
    if (!isStopped && !(await isOn(service, ports.machine))) continue;
    const mayHold = service.hold !== undefined && (await isRunning(service, ports.machine));
    const held = mayHold ? await holdService(service, devicePath, ports) : null;
    if (held !== null) {
      holds.push(held);
      continue;
    }
    const own = { name: service.name, start: service.start };
    stopped = [...stopped.filter(({ name }) => name !== service.name), own];
    const written = await writeStopped(stateDir, modemKey, ownRecord(stopped, ports));
    const failure = written.ok ? await stopOne(service, ports) : written.failure;
    if (failure === null) continue;
    // It still runs: to start it again would make two of it.
    stopped.pop();
    if (goesOnRegardless || (failure.reason === 'service-not-stopped' && !service.essential)) {
      const said = failure.reason === 'service-not-stopped' ? failure.said : failure.why;
      ports.onNote(`${service.name} could not be stopped (${said}); it ${service.why}`);
      continue;
    }
    await startAgain();
    return err(failure);
  }
  // Also where nothing is to be stopped any more: the record of a dead run gets an owner.
  if (stopped.length === 0) await forgetStopped(stateDir, modemKey);
  else {
    const written = await writeStopped(stateDir, modemKey, ownRecord(stopped, ports));
    if (!written.ok && !goesOnRegardless) {
      await startAgain();
      return written;
    }
  }
  return ok({ names: stopped.map(({ name }) => name), startAgain });
}

/** What would be stopped for this modem if it were now. Only looks. */
export async function servicesOn(
  profile: ServiceProfile | null,
  modem: Omit<ModemOnMachine, 'modemKey'>,
  ports: Pick<ServicePorts, 'machine'>,
): Promise<readonly Service[]> {
  const on: Service[] = [];
  for (const service of await servicesHere(profile, modem, ports))
    if (await isOn(service, ports.machine)) on.push(service);
  return on;
}

/** What runs that died had stopped; `exceptFor` names the modem whose update is about to be taken up. */
export async function startLeftStopped(
  { exceptFor }: { readonly exceptFor: string | null },
  ports: ServicePorts,
): Promise<readonly string[]> {
  const started: string[] = [];
  for (const [modemKey, record] of await readStopped(ports.stateDir)) {
    const owner = livingOwner(record.owner, ports.processTable);
    const isOfAnother = owner !== null && owner !== ports.processTable.ownPid;
    if (modemKey === exceptFor || isOfAnother) continue;
    await startStopped(modemKey, record.stopped, ports);
    started.push(...record.stopped.map(({ name }) => name));
  }
  return started;
}

async function startStopped(
  modemKey: string,
  stopped: readonly StoppedService[],
  ports: ServicePorts,
): Promise<void> {
  const { stateDir, machine, onNote } = ports;
  const others = [...(await readStopped(stateDir))].filter(
    ([key, record]) => key !== modemKey && livingOwner(record.owner, ports.processTable) !== null,
  );
  const failed: StoppedService[] = [];
  // The last that was stopped is the first to come back.
  for (const service of [...stopped].reverse()) {
    if (others.some(([, record]) => record.stopped.some(({ name }) => name === service.name))) continue;
    const { code, stderr } = await machine.run(service.start);
    if (code === 0) continue;
    failed.unshift(service);
    onNote(
      `${service.name} did not start (${stderr.trim().slice(0, 200) || `code ${code}`}): ${service.start.join(' ')}`,
    );
  }
  if (failed.length === 0) return forgetStopped(stateDir, modemKey);
  await writeStopped(stateDir, modemKey, ownRecord(failed, ports));
}

function ownRecord(
  stopped: readonly StoppedService[],
  { processTable }: Pick<ServicePorts, 'processTable'>,
): StoppedRecord {
  return { format: 'cistern-stopped/1', owner: ownerText(processTable), stopped: [...stopped] };
}

async function stopOne(service: Service, { machine, clock }: ServicePorts): Promise<ServiceFailure | null> {
  const { stderr } = await machine.run(service.stop);
  const deadlineMs = clock.nowMs() + SERVICE_GONE_TIMEOUT_MS;
  while (await isRunning(service, machine)) {
    if (clock.nowMs() >= deadlineMs) {
      const said = stderr.trim().slice(0, 200) || 'it still runs';
      return { reason: 'service-not-stopped', name: service.name, why: service.why, said };
    }
    await clock.sleep(SERVICE_LOOK_INTERVAL_MS);
  }
  return null;
}

async function isOn(service: Service, machine: Machine): Promise<boolean> {
  if (service.each !== undefined) return true;
  if (service.enabled !== undefined && (await machine.run(service.enabled)).code === 0) return true;
  return isRunning(service, machine);
}

async function isRunning({ running }: Service, machine: Machine): Promise<boolean> {
  const { command, processes = [] } = running;
  if (command !== undefined && (await machine.run(command)).code === 0) return true;
  if (processes.length === 0) return false;
  return (await machine.processes()).some(({ names }) => names.some((name) => processes.includes(name)));
}

/** The services of a profile that this machine has, one for each interface where the profile says so. */
async function servicesHere(
  profile: ServiceProfile | null,
  { netDevices, nodes, devicePath }: Omit<ModemOnMachine, 'modemKey'>,
  { machine }: Pick<ServicePorts, 'machine'>,
): Promise<readonly Service[]> {
  const here: Service[] = [];
  for (const service of profile?.services ?? []) {
    if (!(await machine.isThere(service.sign))) continue;
    if (service.each === undefined) {
      here.push(service);
      continue;
    }
    const { stdout } = await machine.run(['ubus', 'call', 'network.interface', 'dump']);
    const uci = await machine.run(['uci', '-q', 'show', 'network']);
    const configured = uciInterfaces(uci.stdout, [...nodes, ...(devicePath === null ? [] : [devicePath])]);
    for (const name of netifdInterfaces(stdout, netDevices, configured))
      here.push(forInterface(service, name));
  }
  return here;
}

function forInterface(service: Service, name: string): Service {
  const filled = (word: string) => word.replaceAll('{interface}', name);
  return {
    ...service,
    name: filled(service.name),
    stop: service.stop.map(filled),
    start: service.start.map(filled),
  };
}
