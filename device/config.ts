/**
 * Where the updater finds things: flags, then CISTERN_* variables, then /etc/cistern/config.json (or --config, or
 * CISTERN_CONFIG), then defaults. Root keeps state in /var/lib/cistern, on OpenWrt in /etc/cistern/state, others in
 * $XDG_STATE_HOME/cistern.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { err, ok, type Result } from '../shared/result.ts';
import { judgeMirrors, type MirrorFailure } from './fetch/judge-mirror.ts';
import { ACCEPTABLE_CHECKS } from './router/preflight/preflight.ts';
import { METERED_RULES } from './router/uplink-cost.ts';
import { parseSize } from './size-text.ts';

export const DEFAULT_CONFIG_PATH = '/etc/cistern/config.json';
const CONFIG_MAX_CHARS = 64 * 1024;

const MIRRORS_MAX = 16;

const sizeText = z.string().refine((text) => parseSize(text) !== null, 'is no size such as 500k or 1.5M');

const configSchema = z.strictObject({
  repository: z.string().max(500).optional(),
  root: z.string().max(500).optional(),
  modem: z.string().max(300).optional(),
  /** What makes this device one of its operator's fleet: goes with its reports. A secret, so no flag takes it. */
  fleetToken: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, 'is no token of 16 to 200 printable characters')
    .optional(),
  state: z.string().max(500).optional(),
  stage: z.string().max(500).optional(),
  channel: z.enum(['stable', 'beta']).optional(),
  /** Directories and addresses that hold the same chunks, tried in order before the repository. */
  mirrors: z.array(z.string().min(1).max(500)).max(MIRRORS_MAX).optional(),
  /** Directory on a disk that gets a copy of a stage in memory before the modem is touched. */
  keepCopy: z.string().max(500).optional(),
  /** Network interface that requests leave from. */
  interface: z.string().max(40).optional(),
  /** Bytes a second, and bytes that a download may cost: `500k`, `1.5M`. */
  limitRate: sizeText.optional(),
  maxBytes: sizeText.optional(),
  /** Checks of the machine around the modem that are let through. */
  accept: z.array(z.enum(ACCEPTABLE_CHECKS)).max(ACCEPTABLE_CHECKS.length).optional(),
  /** What an uplink that roams or is metered may be used for. */
  metered: z.enum(METERED_RULES).optional(),
  /** Settings that a new firmware changes are put back by AT commands. */
  restoreSettings: z.boolean().optional(),
});
export type Settings = z.infer<typeof configSchema>;

export type ConfigFailure =
  | MirrorFailure
  | { readonly reason: 'config-unreadable'; readonly path: string; readonly why: string }
  | {
      readonly reason: 'setting-missing';
      readonly name: string;
      readonly flag: string;
      readonly variable: string;
    };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Merges the sources. `configText` is null where there is no file; a file that was named must be there. */
export function mergeSettings(
  flags: Settings,
  environment: Environment,
  file: { readonly path: string; readonly text: string | null },
): Result<Settings, ConfigFailure> {
  const fromFile = file.text === null ? ok({}) : readConfig(file.path, file.text);
  if (!fromFile.ok) return fromFile;
  const fromEnvironment = configSchema.safeParse(
    withoutUndefined({
      repository: environment.CISTERN_REPOSITORY,
      root: environment.CISTERN_ROOT,
      modem: environment.CISTERN_MODEM,
      fleetToken: environment.CISTERN_FLEET_TOKEN,
      state: environment.CISTERN_STATE,
      stage: environment.CISTERN_STAGE,
      channel: environment.CISTERN_CHANNEL,
      mirrors: environment.CISTERN_MIRRORS?.split(',').map((mirror) => mirror.trim()),
      keepCopy: environment.CISTERN_KEEP_COPY,
      interface: environment.CISTERN_INTERFACE,
      limitRate: environment.CISTERN_LIMIT_RATE,
      maxBytes: environment.CISTERN_MAX_BYTES,
      metered: environment.CISTERN_METERED,
      restoreSettings: environment.CISTERN_RESTORE_SETTINGS === '1' ? true : undefined,
      accept: environment.CISTERN_ACCEPT?.split(',').map((check) => check.trim()),
    }),
  );
  if (!fromEnvironment.success) {
    return err({
      reason: 'config-unreadable',
      path: 'CISTERN_* variables',
      why: z.prettifyError(fromEnvironment.error),
    });
  }
  const settings = { ...fromFile.value, ...fromEnvironment.data, ...withoutUndefined(flags) };
  // Of those in a file or the environment none stops a modem from being brought back: they are judged where they are used.
  const mirrors = judgeMirrors(flags.mirrors ?? []);
  return mirrors.ok ? ok(settings) : mirrors;
}

export function requireSetting(
  settings: Settings,
  name: 'modem' | 'repository' | 'root' | 'stage',
): Result<string, ConfigFailure> {
  const value = settings[name];
  if (value !== undefined) return ok(value);
  return err({
    reason: 'setting-missing',
    name,
    flag: `--${name}`,
    variable: `CISTERN_${name.toUpperCase()}`,
  });
}

/** There on OpenWrt and what is made of it. */
export const OPENWRT_SIGN = '/etc/openwrt_release';
/** `/var` is memory on OpenWrt, and a journal in memory does not survive the power cut it is for. */
export const OPENWRT_STATE = '/etc/cistern/state';

/** The same by hand and by schedule: who flashes by hand must meet the lock and the journal of the timer. */
export function stateDirectory(
  settings: Settings,
  environment: Environment,
  { isRoot, isOpenwrt }: { readonly isRoot: boolean; readonly isOpenwrt: boolean },
): string {
  if (settings.state !== undefined) return settings.state;
  if (isRoot) return isOpenwrt ? OPENWRT_STATE : '/var/lib/cistern';
  return join(environment.XDG_STATE_HOME ?? join(environment.HOME ?? '.', '.local/state'), 'cistern');
}

function readConfig(path: string, text: string): Result<Settings, ConfigFailure> {
  if (text.length > CONFIG_MAX_CHARS)
    return err({ reason: 'config-unreadable', path, why: 'it is too large' });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err({ reason: 'config-unreadable', path, why: 'it is not JSON' });
  }
  const parsed = configSchema.safeParse(json);
  return parsed.success
    ? ok(parsed.data)
    : err({ reason: 'config-unreadable', path, why: z.prettifyError(parsed.error) });
}

function withoutUndefined<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
