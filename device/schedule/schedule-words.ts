/** What a schedule does, in one line: only what it really does on that system. */
import type { ScheduleRecord } from './schedule-record.ts';

export function scheduleWords({ system, hasUdev, at, spreadMinutes }: ScheduleRecord): string {
  const spread = spreadMinutes === 0 ? '' : `, spread over ${spreadMinutes} minutes by each device`;
  const hotplug =
    system === 'openwrt' || hasUdev
      ? ', and when a modem turns up in EDL'
      : '; a modem that turns up in EDL waits for either, as there is no udev';
  return `${system}: daily at ${at}${spread}, after each boot${hotplug}`;
}
