/** Timer, boot hook and hotplug hook for systemd (systemd.service(5), systemd.timer(5), systemd.device(5)). */
import { EXIT } from '../exit-code.ts';
import {
  OWNERSHIP_MARK,
  runArguments,
  type ScheduledFile,
  type ScheduleWish,
  variableOf,
} from './scheduled-file.ts';
import { udevRule } from './udev-rule.ts';
import { clockText } from './window.ts';

const UNITS = '/etc/systemd/system';

export function systemdFiles(wish: ScheduleWish, directory: string = UNITS): readonly ScheduledFile[] {
  const unit = (name: string, text: string): ScheduledFile => ({
    kind: 'file',
    path: `${directory}/${name}`,
    text: `# ${OWNERSHIP_MARK}\n${text}`,
    mode: 0o644,
  });
  return [
    unit('cistern-update.service', service('Update the modem firmware', 'timer', wish)),
    unit('cistern-update.timer', timer(wish)),
    unit(
      'cistern-resume.service',
      `${service('Finish a modem firmware update that was broken off', 'resume', wish)}\n[Install]\nWantedBy=multi-user.target\n`,
    ),
    ...(wish.hasUdev ? [udevRule('TAG+="systemd", ENV{SYSTEMD_WANTS}+="cistern-resume.service"')] : []),
  ];
}

/** What `systemctl enable` would make, so that images can be built without systemd running. */
export function systemdLinks(): readonly ScheduledFile[] {
  const enabled = (target: string, name: string): ScheduledFile => ({
    kind: 'link',
    path: `${UNITS}/${target}.wants/${name}`,
    target: `../${name}`,
  });
  return [
    enabled('timers.target', 'cistern-update.timer'),
    enabled('multi-user.target', 'cistern-resume.service'),
  ];
}

function service(description: string, trigger: 'timer' | 'resume', wish: ScheduleWish): string {
  const command = [...wish.program, ...runArguments(trigger, wish)].map(execWord).join(' ');
  const environment = Object.entries(wish.settings).map(
    ([name, value]) => `Environment=${unitWord(`${variableOf(name)}=${value}`)}`,
  );
  return [
    '[Unit]',
    `Description=${description}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `ExecStart=${command}`,
    ...environment,
    // Not now, the next run goes on. A modem that waits half written ends with another code, and fails the unit.
    `SuccessExitStatus=${EXIT.TEMPORARY.code}`,
    '# From the first erase on the flashing goes on to its end: stopping waits for it.',
    'KillMode=mixed',
    'SendSIGKILL=no',
    'TimeoutStartSec=infinity',
    'TimeoutStopSec=infinity',
    'OOMScoreAdjust=-900',
    '',
  ].join('\n');
}

function timer({ at, spreadMinutes }: ScheduleWish): string {
  return [
    '[Unit]',
    'Description=Update the modem firmware once a day',
    '',
    '[Timer]',
    `OnCalendar=*-*-* ${clockText(at)}:00`,
    'AccuracySec=1min',
    '# A time that was slept through is not made up for: it would lie outside the maintenance window.',
    'Persistent=false',
    ...(spreadMinutes > 0 ? ['# The run itself waits for the minute of this device.'] : []),
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ].join('\n');
}

/** A word of ExecStart: `$` and `%` would be expanded. */
function execWord(word: string): string {
  return unitWord(word).replaceAll('$', '$$$$');
}

function unitWord(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
