/** Flags that several commands share. */
import type { Settings } from '../config.ts';

export type CommonFlags = {
  readonly modem?: string;
  readonly repository?: string;
  readonly root?: string;
  readonly state?: string;
  readonly config?: string;
  readonly json: boolean;
};

const text = (value: string) => value;

export const commonFlags = {
  modem: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'The modem: usb:1-1.4, auto, serial:/dev/ttyUSB0 or tcp://HOST:9008?at=PORT',
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

export const channelFlag = {
  kind: 'enum',
  values: ['stable', 'beta'],
  optional: true,
  brief: 'Which rollouts to take part in (default stable)',
} as const;

export function settingsOf(
  flags: CommonFlags & { readonly stage?: string; readonly channel?: 'stable' | 'beta' },
): Settings {
  const { modem, repository, root, state, stage, channel } = flags;
  return { modem, repository, root, state, stage, channel };
}
