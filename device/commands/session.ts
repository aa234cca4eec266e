/** What the settings name, opened: the modem's door, the pinned root, the device's own key. */
import { endianness } from 'node:os';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  DEFAULT_CONFIG_PATH,
  mergeSettings,
  OPENWRT_SIGN,
  requireSetting,
  type Settings,
  stateDirectory,
} from '../config.ts';
import type { Context } from '../context.ts';
import type { UpdateFailure } from '../failure.ts';
import { usableMirrors } from '../fetch/judge-mirror.ts';
import { loadDeviceIdentity } from '../report/device-key.ts';
import { type Surroundings, surroundingsOf } from '../router/surroundings.ts';
import { parseSize } from '../size-text.ts';
import type { ModemDoor } from '../transport/door.ts';
import type { ModemPorts, UpdateEvents, UpdatePorts } from '../update/attempt.ts';

export type ModemSession = {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly door: ModemDoor;
};

/** Settings and the state directory alone, for commands that need no modem. */
export async function readSettings(
  context: Context,
  flags: Settings,
  configPath: string | undefined,
): Promise<Result<Omit<ModemSession, 'door'>, UpdateFailure>> {
  const named = configPath ?? context.environment.CISTERN_CONFIG;
  const path = named ?? DEFAULT_CONFIG_PATH;
  const text = await context.readTextFile(path);
  if (text === null && named !== undefined)
    return err({ reason: 'config-unreadable', path, why: 'there is no such file' });
  const settings = mergeSettings(flags, context.environment, { path, text });
  if (!settings.ok) return settings;
  const { environment, isRoot } = context;
  const isOpenwrt = (await context.readTextFile(OPENWRT_SIGN)) !== null;
  const stateDir = stateDirectory(settings.value, environment, { isRoot, isOpenwrt });
  return ok({ settings: settings.value, stateDir });
}

export async function openModemSession(
  context: Context,
  flags: Settings,
  configPath: string | undefined,
): Promise<Result<ModemSession, UpdateFailure>> {
  const read = await readSettings(context, flags, configPath);
  if (!read.ok) return read;
  const modem = requireSetting(read.value.settings, 'modem');
  if (!modem.ok) return modem;
  const door = await context.openDoor(modem.value);
  return door.ok ? ok({ ...read.value, door: door.value }) : door;
}

/** What flashing needs, wherever the package comes from. */
export async function openModemPorts(
  context: Context,
  session: ModemSession,
  events: UpdateEvents,
): Promise<Result<ModemPorts, UpdateFailure>> {
  const { clock, newId, stagePlatform, processes, timings } = context;
  const { stateDir, door } = session;
  const identity = await loadDeviceIdentity(stateDir);
  if (!identity.ok) return identity;
  const surroundings = openSurroundings(context, session, events.onNote);
  const own = { door, clock, newId, stagePlatform, processes, timings, stateDir, events, surroundings };
  return ok({ ...own, identity: identity.value });
}

/** The machine around the session's modem. */
export function openSurroundings(
  { machine, localPorts, lookup, processes, clock }: Context,
  { settings, stateDir, door }: ModemSession,
  onNote: (note: string) => void,
): Surroundings {
  return surroundingsOf(
    {
      modemKey: door.key,
      onBus: door.onBus,
      repositoryUrl: settings.repository ?? null,
      throughInterface: settings.interface ?? null,
    },
    {
      machine,
      sysfs: localPorts.sysfs,
      proc: '/proc',
      isBigEndian: endianness() === 'BE',
      lookup,
      stateDir,
      processTable: processes,
      clock,
      onNote,
    },
  );
}

/** Everything an update needs; the caller closes `http`. */
export async function openUpdatePorts(
  context: Context,
  session: ModemSession,
  events: UpdateEvents,
): Promise<Result<UpdatePorts, UpdateFailure>> {
  const { settings } = session;
  const repositoryUrl = requireSetting(settings, 'repository');
  if (!repositoryUrl.ok) return repositoryUrl;
  const rootPath = requireSetting(settings, 'root');
  if (!rootPath.ok) return rootPath;
  const pinnedRoot = await context.readTextFile(rootPath.value);
  if (pinnedRoot === null)
    return err({ reason: 'config-unreadable', path: rootPath.value, why: 'the pinned root cannot be read' });
  const modemPorts = await openModemPorts(context, session, events);
  if (!modemPorts.ok) return modemPorts;
  return ok({
    ...modemPorts.value,
    http: context.openHttp({ interface: settings.interface }),
    random: context.random,
    repositoryUrl: repositoryUrl.value,
    ...(settings.fleetToken === undefined ? {} : { fleetToken: settings.fleetToken }),
    download: downloadOf(settings, events.onNote),
    pinnedRoot,
  });
}

/** The sizes were judged when the settings were read. */
function downloadOf(
  { mirrors = [], limitRate, maxBytes, keepCopy }: Settings,
  onNote: (note: string) => void,
): UpdatePorts['download'] {
  const bytesPerSecond = parseSize(limitRate ?? '');
  const budgetBytes = parseSize(maxBytes ?? '');
  return {
    mirrors: usableMirrors(mirrors, onNote),
    keepCopyIn: keepCopy ?? null,
    limits: {
      ...(bytesPerSecond === null ? {} : { bytesPerSecond }),
      ...(budgetBytes === null ? {} : { budgetBytes }),
    },
  };
}
