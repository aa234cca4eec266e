/** `cistern schedule`: unattended updates put in place, shown, taken away, and run. */
import { buildRouteMap } from '@stricli/core';
import type { Context } from '../context.ts';
import { scheduleInstallCommand } from './schedule-install.ts';
import { scheduleRemoveCommand } from './schedule-remove.ts';
import { scheduleRunCommand } from './schedule-run.ts';
import { scheduleShowCommand } from './schedule-show.ts';

export const scheduleRoutes = buildRouteMap<string, Context>({
  routes: {
    install: scheduleInstallCommand,
    show: scheduleShowCommand,
    remove: scheduleRemoveCommand,
    run: scheduleRunCommand,
  },
  docs: {
    brief: 'Update by itself: once a day, after a boot, and when a modem turns up in emergency download mode',
    fullDescription: [
      'For systemd (timer, services, udev), OpenWrt (UCI, procd, cron, hotplug, sysupgrade) and plain cron.',
      '',
      'Examples:',
      '  cistern schedule install --window 02:00-05:00',
      '  cistern schedule show',
      '  cistern schedule remove',
      '  cistern schedule install --root-directory ./image --system openwrt --modem auto     for an image',
    ].join('\n'),
  },
});
