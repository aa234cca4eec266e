/** Which files make a schedule on which system, and what has to be told of them afterwards. */
import { assertNever } from '../../shared/result.ts';
import { cronFiles } from './cron-files.ts';
import { openwrtFiles } from './openwrt-files.ts';
import type { ScheduledFile, ScheduleWish, System } from './scheduled-file.ts';
import { systemdFiles, systemdLinks } from './systemd-files.ts';

export function scheduleFiles(system: System, wish: ScheduleWish): readonly ScheduledFile[] {
  switch (system) {
    case 'systemd':
      return [...systemdFiles(wish), ...systemdLinks()];
    case 'openwrt':
      return openwrtFiles(wish);
    case 'cron':
      return cronFiles(wish);
    default:
      return assertNever(system);
  }
}

/** Commands that make a running system notice; none of them on an image that is being built. */
export function noticeCommands(
  system: System,
  { hasUdev, after }: { readonly hasUdev: boolean; readonly after: 'install' | 'remove' },
): readonly (readonly string[])[] {
  const udev = hasUdev ? [['udevadm', 'control', '--reload']] : [];
  switch (system) {
    case 'systemd': {
      const reload = ['systemctl', 'daemon-reload'];
      return after === 'install'
        ? [reload, ['systemctl', 'start', 'cistern-update.timer'], ...udev]
        : [reload, ['systemctl', 'stop', 'cistern-update.timer'], ...udev];
    }
    case 'openwrt':
      return [['/etc/init.d/cron', 'restart']];
    case 'cron':
      return udev;
    default:
      return assertNever(system);
  }
}
