/** cron.d with a daily line and one at boot, and a udev rule where there is udev (crontab(5), udev(7)). */
import {
  OWNERSHIP_MARK,
  runArguments,
  type ScheduledFile,
  type ScheduleWish,
  shellWord,
  variableOf,
} from './scheduled-file.ts';
import { udevRule } from './udev-rule.ts';

export function cronFiles(wish: ScheduleWish): readonly ScheduledFile[] {
  const { at } = wish;
  const timer = commandOf(wish, runArguments('timer', wish));
  const resume = commandOf(wish, runArguments('resume', wish));
  const lines = [
    `# ${OWNERSHIP_MARK}`,
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `${at.minute} ${at.hour} * * * root ${cronText(timer)}`,
    `@reboot root ${cronText(resume)}`,
    '',
  ];
  const crontab: ScheduledFile = {
    kind: 'file',
    path: '/etc/cron.d/cistern',
    text: lines.join('\n'),
    mode: 0o644,
  };
  if (!wish.hasUdev) return [crontab];
  const script: ScheduledFile = {
    kind: 'file',
    path: '/etc/cistern/resume',
    text: hotplugScript(resume),
    mode: 0o755,
  };
  return [crontab, script, udevRule('RUN+="/etc/cistern/resume"')];
}

/**
 * systemd's udevd ends all that a rule has started, in whatever session it is (udev(7), RUN): there systemd starts the
 * run, and as in our units nothing cuts a flashing off. It calls the script again, because systemd-run puts variables
 * of its own into the words of a command (`--expand-environment`).
 */
function hotplugScript(command: string): string {
  return `#!/bin/sh
# ${OWNERSHIP_MARK}
[ "\${1:-}" != run ] || exec ${command}
if [ -d /run/systemd/system ]; then
	exec systemd-run --no-block --collect --quiet --property=KillMode=mixed --property=SendSIGKILL=no \\
		--property=TimeoutStopSec=infinity "$0" run
fi
setsid "$0" run </dev/null >/dev/null 2>&1 &
`;
}

function commandOf({ program, settings }: ScheduleWish, words: readonly string[]): string {
  const variables = Object.entries(settings).map(([name, value]) => `${variableOf(name)}=${value}`);
  const environment = variables.length === 0 ? [] : ['env', ...variables];
  return [...environment, ...program, ...words].map(shellWord).join(' ');
}

/** cron takes an unescaped % for the end of the command. */
function cronText(command: string): string {
  return command.replaceAll('%', '\\%');
}
