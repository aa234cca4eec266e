/**
 * The manners of OpenWrt and what is made of it: settings in UCI, a procd script, busybox cron, a hotplug script and
 * the list of what sysupgrade keeps (field 4). The shell is busybox ash.
 */
import { OPENWRT_STATE } from '../config.ts';
import {
  OWNERSHIP_MARK,
  runArguments,
  type ScheduledFile,
  type ScheduleWish,
  shellWord,
  variableOf,
} from './scheduled-file.ts';

const CRONTAB = '/etc/crontabs/root';

const SETTINGS = [
  'config',
  'modem',
  'repository',
  'root',
  'state',
  'stage',
  'channel',
  'keepCopy',
  'interface',
  'limitRate',
  'maxBytes',
  'metered',
  'mirrors',
] as const;

export function openwrtFiles(wish: ScheduleWish): readonly ScheduledFile[] {
  const file = (path: string, text: string, mode: number): ScheduledFile => ({
    kind: 'file',
    path,
    text,
    mode,
  });
  const { minute, hour } = wish.at;
  return [
    {
      kind: 'file',
      path: '/etc/config/cistern',
      text: uciText(wish.settings),
      mode: 0o600,
      isSettings: true,
    },
    file('/etc/init.d/cistern', initScript(wish), 0o755),
    { kind: 'link', path: '/etc/rc.d/S95cistern', target: '../init.d/cistern' },
    file('/etc/hotplug.d/usb/90-cistern', HOTPLUG, 0o644),
    file('/lib/upgrade/keep.d/cistern', KEEP, 0o644),
    {
      kind: 'block',
      path: CRONTAB,
      text: `${minute} ${hour} * * * /etc/init.d/cistern timer\n`,
      mode: 0o600,
    },
  ];
}

/** UCI names are of lower case and underscores: `keep_copy`. */
function uciName(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function uciText(settings: Readonly<Record<string, string>>): string {
  const all = { modem: 'auto', root: '/etc/cistern/root.json', state: OPENWRT_STATE, ...settings };
  const options = Object.entries(all).map(([name, value]) => `\toption ${uciName(name)} ${uciValue(value)}`);
  return [`# ${OWNERSHIP_MARK}`, "config cistern 'main'", "\toption enabled '1'", ...options, ''].join('\n');
}

/** uci joins quoted pieces as a shell does. */
function uciValue(value: string): string {
  return `'${value.replaceAll("'", `'"'"'`)}'`;
}

function initScript(wish: ScheduleWish): string {
  const command = wish.program.map(shellWord).join(' ');
  const names = SETTINGS.map((name) => `${uciName(name)}:${variableOf(name)}`).join(' ');
  return `#!/bin/sh /etc/rc.common
# ${OWNERSHIP_MARK}

START=95
USE_PROCD=1
EXTRA_COMMANDS="timer resume"
EXTRA_HELP="	timer	Look for an update and carry it out
	resume	Finish an update that was broken off"

is_enabled() {
	[ "$(uci -q get cistern.main.enabled)" = 1 ]
}

export_settings() {
	local pair value
	for pair in ${names}; do
		value="$(uci -q get "cistern.main.\${pair%%:*}")"
		[ -z "$value" ] || export "\${pair#*:}=$value"
	done
}

timer() {
	is_enabled || return 0
	export_settings
	exec ${command} ${runArguments('timer', wish).join(' ')}
}

resume() {
	is_enabled || return 0
	export_settings
	exec ${command} ${runArguments('resume', wish).join(' ')}
}

start_service() {
	is_enabled || return 0
	procd_open_instance resume
	procd_set_param command /etc/init.d/cistern resume
	procd_set_param stdout 1
	procd_set_param stderr 1
	# From the first erase on the flashing goes on to its end: stopping waits for it.
	procd_set_param term_timeout 3600
	procd_close_instance
}
`;
}

/** hotplug-call reads it into its own shell, so it does not exit. PRODUCT is vendor/product/release, hex without zeros. */
const HOTPLUG = `# ${OWNERSHIP_MARK}
if [ "$ACTION" = add ] && [ "$DEVTYPE" = usb_device ]; then
	case "$PRODUCT" in
		5c6/9008/*) /etc/init.d/cistern start ;;
	esac
fi
`;

/** Kept over sysupgrade (/lib/upgrade/keep.d); lines that begin with # are not read. */
const KEEP = `${[
  `# ${OWNERSHIP_MARK}`,
  '/etc/cistern/',
  '/etc/config/cistern',
  '/etc/init.d/cistern',
  '/etc/rc.d/S95cistern',
  '/etc/hotplug.d/usb/90-cistern',
  '/lib/upgrade/keep.d/cistern',
].join('\n')}\n`;
