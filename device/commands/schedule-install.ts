/** `cistern schedule install`. */
import { buildCommand } from '@stricli/core';
import { OPENWRT_STATE } from '../config.ts';
import type { Context } from '../context.ts';
import { judgeMirrors } from '../fetch/judge-mirror.ts';
import { loadDeviceIdentity } from '../report/device-key.ts';
import { detectSystem, type SystemFacts } from '../schedule/detect-system.ts';
import { type Installed, installSchedule } from '../schedule/install-schedule.ts';
import { noticeCommands } from '../schedule/schedule-files.ts';
import { scheduleWords } from '../schedule/schedule-words.ts';
import { SYSTEMS, type System } from '../schedule/scheduled-file.ts';
import { type MaintenanceWindow, parseWindow, stableOffsetMinutes, timeOfDay } from '../schedule/window.ts';
import {
  type CommonFlags,
  channelFlag,
  commonFlags,
  type DownloadFlags,
  downloadFlags,
  keepCopyFlag,
  settingsOf,
} from './flags.ts';
import { ownCommand } from './own-command.ts';
import { type RootFlags, rootFlags, tellScheduleFailure, tellSystem } from './schedule-telling.ts';
import { readSettings } from './session.ts';
import { tellFailure } from './tell.ts';
import { UNTOUCHED } from './tell-result.ts';

type InstallFlags = RootFlags &
  CommonFlags &
  DownloadFlags & {
    readonly window: string;
    readonly system?: System;
    readonly program?: string;
    readonly channel?: 'stable' | 'beta';
    readonly keepCopy?: string;
  };

export const scheduleInstallCommand = buildCommand<InstallFlags, [], Context>({
  func: runInstall,
  parameters: {
    flags: {
      ...commonFlags,
      ...downloadFlags,
      keepCopy: keepCopyFlag,
      ...rootFlags,
      channel: channelFlag,
      window: {
        kind: 'parsed',
        parse: (text: string) => text,
        default: '02:00-05:00',
        brief: 'When it may run, local time; the minute in it is this device’s own',
        placeholder: 'HH:MM-HH:MM',
      },
      system: {
        kind: 'enum',
        values: SYSTEMS,
        optional: true,
        brief: 'What starts programs there (default: what is seen below the root directory)',
      },
      program: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: 'The updater that is started (default: this one; for an image /usr/bin/cistern)',
        placeholder: 'path',
      },
    },
  },
  docs: {
    brief: 'Put the timer, the boot hook and the hotplug hook in place',
    fullDescription: [
      'Writes files and says which; installed again it changes only what differs. Settings that are given here are',
      'written into the schedule (on OpenWrt: /etc/config/cistern); others come from /etc/cistern/config.json, or the file of --config.',
      '',
      'Examples:',
      '  cistern schedule install',
      '  cistern schedule install --window 22:30-04:00 --modem usb:1-1.4 --keep-copy /mnt/usb',
      '  cistern schedule install --config /etc/cistern/line-2.json --mirror /mnt/stick --mirror https://mirror.lan',
      '  cistern schedule install --root-directory ./image --system systemd',
    ].join('\n'),
  },
});

async function runInstall(this: Context, flags: InstallFlags): Promise<void> {
  const window = parseWindow(flags.window);
  if (!window.ok) return tellScheduleFailure(this, window.failure, flags.json);
  const mirrors = judgeMirrors(flags.mirror ?? []);
  if (!mirrors.ok) return tellFailure(this, mirrors.failure, { json: flags.json, state: UNTOUCHED });
  const facts = await detectSystem(flags.rootDirectory, flags.system);
  if (!facts.ok) return tellScheduleFailure(this, facts.failure, flags.json);
  const slot = await slotOf(this, window.value, facts.value, flags);
  if (slot === null) return;
  const settings = scheduledSettings(flags);
  const program = flags.program ?? (flags.rootDirectory === '/' ? null : '/usr/bin/cistern');
  const installed = await installSchedule(
    { rootDirectory: flags.rootDirectory, facts: facts.value },
    {
      program: program === null ? ownCommand(this) : [program],
      ...slot,
      window: flags.window,
      settings,
      hasUdev: facts.value.hasUdev,
    },
  );
  if (!installed.ok) return tellScheduleFailure(this, installed.failure, flags.json);
  if (flags.rootDirectory === '/')
    await tellSystem(
      this,
      noticeCommands(facts.value.system, { hasUdev: facts.value.hasUdev, after: 'install' }),
    );
  tellInstalled(this, facts.value, installed.value, flags);
}

/** As the runs read them, from CISTERN_ variables; a comma is what stands between mirrors there. */
function scheduledSettings(flags: InstallFlags): Readonly<Record<string, string>> {
  const { config } = flags;
  const given = Object.entries({ ...settingsOf(flags), config }).flatMap(([name, value]) => {
    if (typeof value === 'string') return [[name, value] as const];
    return name === 'mirrors' && Array.isArray(value) ? [[name, value.join(',')] as const] : [];
  });
  return Object.fromEntries(given);
}

/**
 * The minute of this device. An image goes to many devices, none of which has its key yet: there each run waits for
 * its own share of the window. Null where the key could not be had, which is told here.
 */
async function slotOf(
  context: Context,
  { startMinute, lengthMinutes }: MaintenanceWindow,
  { system }: SystemFacts,
  flags: InstallFlags,
) {
  if (flags.rootDirectory !== '/') return { at: timeOfDay(startMinute), spreadMinutes: lengthMinutes };
  const told = { json: flags.json, state: 'Nothing was installed.' };
  const read = await readSettings(context, settingsOf(flags), flags.config);
  if (!read.ok) {
    tellFailure(context, read.failure, told);
    return null;
  }
  // The runs must find the same key: they have the state that the schedule names.
  const { settings, stateDir: ownState } = read.value;
  const stateDir = settings.state ?? (system === 'openwrt' ? OPENWRT_STATE : ownState);
  const identity = await loadDeviceIdentity(stateDir);
  if (!identity.ok) {
    tellFailure(context, identity.failure, told);
    return null;
  }
  const offset = stableOffsetMinutes(identity.value.deviceId, lengthMinutes);
  return { at: timeOfDay(startMinute + offset), spreadMinutes: 0 };
}

function tellInstalled(
  { stdout }: Context,
  { system }: SystemFacts,
  { record, written, kept, leftOut }: Installed,
  { json }: RootFlags,
): void {
  const { at, spreadMinutes } = record;
  if (json) {
    const format = 'cistern-schedule-installed/1';
    const document = { format, system, at, spreadMinutes, written, kept, leftOut };
    stdout.write(`${JSON.stringify(document)}\n`);
    return;
  }
  stdout.write(`${scheduleWords(record)}
`);
  for (const path of written) stdout.write(`  wrote ${path}\n`);
  for (const path of kept) stdout.write(`  left  ${path} as it was: it has been edited\n`);
  for (const line of leftOut) stdout.write(`        not in it: ${line}\n`);
  if (written.length === 0 && leftOut.length === 0) stdout.write('  all was in place already\n');
}
