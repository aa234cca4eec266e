/** Flags that several commands share. */
import type { Settings } from '../config.ts';
import { ACCEPTABLE, ACCEPTABLE_CHECKS, type AcceptableCheck } from '../router/preflight/preflight.ts';
import { METERED_RULES, type MeteredRule } from '../router/uplink-cost.ts';
import { type MaintenanceWindow, parseWindow } from '../schedule/window.ts';
import { parseSize } from '../size-text.ts';

export type CommonFlags = {
  readonly modem?: string;
  readonly repository?: string;
  readonly root?: string;
  readonly state?: string;
  readonly config?: string;
  readonly json: boolean;
};

const text = (value: string) => value;
/** stricli turns what is thrown here into a wrong command line. */
const size = (value: string) => {
  if (parseSize(value) === null) throw new SyntaxError(`${value} is no size such as 500k or 1.5M`);
  return value;
};

export const commonFlags = {
  modem: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief:
      'The modem: usb:1-1.4, auto, serial:/dev/ttyUSB0, tcp://HOST:9008?at=PORT, raw-tcp://HOST:PORT?at=PORT',
    placeholder: 'where',
  },
  repository: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Address of the firmware repository',
    placeholder: 'url',
  },
  root: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'The pinned root.json that everything is verified from',
    placeholder: 'file',
  },
  state: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Directory of journal, verdicts and trusted metadata',
    placeholder: 'directory',
  },
  config: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Settings file (default /etc/cistern/config.json)',
    placeholder: 'file',
  },
  json: { kind: 'boolean', default: false, withNegated: false, brief: 'Machine-readable output on stdout' },
} as const;

/** Of the commands that download. */
export const downloadFlags = {
  stage: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Where to stage: auto (memory) or a directory on a disk',
    placeholder: 'where',
  },
  mirror: {
    kind: 'parsed',
    parse: text,
    variadic: true,
    optional: true,
    brief: 'A directory or address that holds the same chunks, asked before the repository; may be repeated',
    placeholder: 'where',
  },
  interface: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Network interface to download through',
    placeholder: 'name',
  },
  limitRate: {
    kind: 'parsed',
    parse: size,
    optional: true,
    brief: 'Bytes a second at most, such as 500k',
    placeholder: 'size',
  },
  metered: {
    kind: 'enum',
    values: METERED_RULES,
    optional: true,
    brief:
      'Download over an uplink that roams or is metered: ask (default; no where nobody sits), allow, refuse',
  },
  maxBytes: {
    kind: 'parsed',
    parse: size,
    optional: true,
    brief: 'Bytes that a release may cost over all runs, such as 100M (default: twice the package)',
    placeholder: 'size',
  },
} as const;

export type DownloadFlags = {
  readonly stage?: string;
  readonly mirror?: readonly string[];
  readonly interface?: string;
  readonly limitRate?: string;
  readonly maxBytes?: string;
  readonly metered?: MeteredRule;
};

/** Of an update that outlives a reboot. */
export const keepCopyFlag = {
  kind: 'parsed',
  parse: text,
  optional: true,
  brief: 'Directory on a disk that keeps a copy of the package until the modem is updated',
  placeholder: 'directory',
} as const;

/** Of the commands that flash. */
export const flashingFlags = {
  accept: {
    kind: 'enum',
    values: ACCEPTABLE_CHECKS,
    variadic: true,
    optional: true,
    brief: `Go on although ${Object.entries(ACCEPTABLE)
      .map(([check, what]) => `${what} (${check})`)
      .join('; ')}; may be repeated`,
  },
  restoreSettings: {
    kind: 'boolean',
    optional: true,
    withNegated: false,
    brief: 'Put back by AT commands what the new firmware changes: APN, MBN selection, USB mode, roaming',
  },
  quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress, only the verdict' },
} as const;

export type FlashingFlags = {
  readonly accept?: readonly AcceptableCheck[];
  readonly restoreSettings?: boolean;
  readonly quiet: boolean;
};

/** What flashing is told of the settings. */
export function flashingOptions({ stage = 'auto', accept = [], restoreSettings = false }: Settings) {
  return { stage, accepted: accept, restoreSettings };
}

/** stricli turns what is thrown here into a wrong command line. */
function maintenanceWindow(text: string): MaintenanceWindow {
  const window = parseWindow(text);
  if (!window.ok) throw new SyntaxError(`${text} is no window such as 02:00-05:00: ${window.failure.why}`);
  return window.value;
}

export const windowFlag = {
  kind: 'parsed',
  parse: maintenanceWindow,
  optional: true,
  brief: 'Flash only within this time of the day, local time; what is fetched later waits for its next run',
  placeholder: 'HH:MM-HH:MM',
} as const;

export const channelFlag = {
  kind: 'enum',
  values: ['stable', 'beta'],
  optional: true,
  brief: 'Which rollouts to take part in (default stable)',
} as const;

export function settingsOf(
  flags: CommonFlags &
    DownloadFlags &
    Omit<FlashingFlags, 'quiet'> & {
      readonly keepCopy?: string;
      readonly channel?: 'stable' | 'beta';
    },
): Settings {
  const { modem, repository, root, state, stage, channel, limitRate, maxBytes, keepCopy } = flags;
  const mirrors = flags.mirror?.length ? [...flags.mirror] : undefined;
  const accept = flags.accept?.length ? [...flags.accept] : undefined;
  const { restoreSettings, metered } = flags;
  const own = {
    accept,
    restoreSettings,
    metered,
    mirrors,
    interface: flags.interface,
    limitRate,
    maxBytes,
    keepCopy,
  };
  return { modem, repository, root, state, stage, channel, ...own };
}
