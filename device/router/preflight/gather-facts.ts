/** Looks at the machine. Opens nothing, asks no modem, changes nothing. */
import { readdir } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import type { UsbNode } from '../../transport/bus/usb-tree.ts';
import { LOOKUP_TIMEOUT_MS, NET_DEVICES_MAX } from '../limits.ts';
import type { Machine } from '../machine.ts';
import { askRoute } from './ask-route.ts';
import type { PreflightFacts } from './facts.ts';
import { modemDevices } from './modem-devices.ts';
import otherUpdaters from './other-updaters.json' with { type: 'json' };
import { portHolders } from './port-holders.ts';
import { powerFacts } from './power-facts.ts';
import { BESIDE_PREFIX, routeOfTable } from './route.ts';

export const OTHER_UPDATERS = z
  .strictObject({
    format: z.literal('cistern-updaters/1'),
    names: z.array(z.string().regex(/^[\w.-]{1,40}$/)).max(100),
  })
  .parse(otherUpdaters).names;

export type GatherPorts = {
  readonly machine: Machine;
  readonly sysfs: string;
  readonly proc: string;
  readonly isBigEndian: boolean;
  readonly ownPid: number;
  /** Addresses of a host name, the one that would be asked first first; none where it cannot be resolved. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
};

export type GatherWish = {
  /** The modem on USB; null behind a relay, where nothing of this machine is the modem's. */
  readonly modem: UsbNode | null;
  /** Null where no repository is asked. */
  readonly repositoryUrl: string | null;
  /** The interface that requests go through, which the door to the network proves; null where the routes decide. */
  readonly throughInterface: string | null;
  readonly packageOutlivesReboot: boolean;
};

export async function gatherFacts(
  { modem, repositoryUrl, throughInterface, packageOutlivesReboot }: GatherWish,
  ports: GatherPorts,
): Promise<PreflightFacts> {
  const { netDevices, nodes, path } =
    modem === null ? { netDevices: [], nodes: [], path: null } : await modemDevices(ports.sysfs, modem);
  const isUplinkWanted = repositoryUrl !== null;
  const routeDevice = isUplinkWanted ? (throughInterface ?? (await findRoute(repositoryUrl, ports))) : null;
  const routeBeneath = routeDevice === null ? [] : await beneath(ports.sysfs, routeDevice);
  const [holders, processes, power] = await Promise.all([
    nodes.length === 0 ? [] : holdersOf(nodes, ports),
    // Behind a relay the modem is another machine's; and what flashes here may be the relay itself (QFirehose -p).
    modem === null ? [] : ports.machine.processes(),
    powerFacts(ports.sysfs),
  ]);
  return {
    modemNetDevices: netDevices,
    modemNodes: nodes,
    modemPath: path,
    isUplinkWanted,
    routeDevice,
    routeBeneath,
    isRouteOnHardware: await isOnHardware(ports.sysfs, routeBeneath),
    holders,
    otherUpdaters: processes.filter(
      ({ pid, names }) => pid !== ports.ownPid && names.some((name) => OTHER_UPDATERS.includes(name)),
    ),
    power,
    packageOutlivesReboot,
  };
}

function holdersOf(nodes: readonly string[], { machine, proc, ownPid }: GatherPorts) {
  return machine.portHolders?.(nodes) ?? portHolders(proc, nodes, ownPid);
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

async function findRoute(
  repositoryUrl: string,
  { machine, lookup, isBigEndian }: GatherPorts,
): Promise<string | null> {
  const host = new URL(repositoryUrl).hostname.replace(/^\[(.*)\]$/, '$1');
  const address = isIP(host) !== 0 ? host : (await inTime(lookup(host)))[0];
  if (address === undefined) return null;
  if (LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) return 'lo';
  const said = await askRoute({ address, from: null }, machine);
  if (said !== null) return said;
  const table = await machine.readText('/proc/net/route');
  return table === null ? null : routeOfTable(table, address, { isBigEndian });
}

/** A resolver behind the very modem may take long to say nothing. */
async function inTime(looking: Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), LOOKUP_TIMEOUT_MS);
  });
  try {
    return await Promise.race([looking.catch(() => []), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An interface and all that it stands on: `lower_*` links of VLANs, bridges and muxes, members of a bridge. */
async function beneath(sysfs: string, device: string): Promise<readonly string[]> {
  const found = [device];
  for (const each of found) {
    if (found.length >= NET_DEVICES_MAX) break;
    const names = await readdir(join(sysfs, 'class/net', each)).catch(() => []);
    const members = await readdir(join(sysfs, 'class/net', each, 'brif')).catch(() => []);
    const lower = names
      .filter((name) => name.startsWith('lower_'))
      .map((name) => name.slice('lower_'.length));
    for (const next of [...lower, ...members]) if (!found.includes(next)) found.push(next);
  }
  return found;
}

async function isOnHardware(sysfs: string, devices: readonly string[]): Promise<boolean> {
  for (const device of devices) {
    if (device === 'lo' || device.startsWith(BESIDE_PREFIX)) return true;
    const names = await readdir(join(sysfs, 'class/net', device)).catch((): string[] => []);
    if (names.includes('device')) return true;
  }
  return false;
}
