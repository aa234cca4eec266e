/** The maintenance window, whether it is open, and the minute in it that is this device's own. */
import { err, ok, type Result } from '../../shared/result.ts';
import { JITTER_MAX_MINUTES, MINUTES_OF_DAY, WINDOW_MIN_MINUTES } from './limits.ts';

/** Local time. `lengthMinutes` may lead past midnight. */
export type MaintenanceWindow = { readonly startMinute: number; readonly lengthMinutes: number };

export type WindowFailure = {
  readonly reason: 'window-unreadable';
  readonly text: string;
  readonly why: string;
};

/** What may leave normal mode only within `window` is staged, and the window is over. */
export type OutsideWindow = { readonly reason: 'outside-window'; readonly window: string };

/** `02:00-05:00`, or `22:00-04:00` over midnight. */
export function parseWindow(text: string): Result<MaintenanceWindow, WindowFailure> {
  const refuse = (why: string) => err({ reason: 'window-unreadable', text: text.slice(0, 40), why } as const);
  const said = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text);
  if (said === null) return refuse('it is not written like 02:00-05:00');
  const [fromHour = 24, fromMinute = 60, toHour = 24, toMinute = 60] = said.slice(1).map(Number);
  if (fromHour > 23 || toHour > 23 || fromMinute > 59 || toMinute > 59)
    return refuse('there is no such time');
  const startMinute = fromHour * 60 + fromMinute;
  const lengthMinutes = (toHour * 60 + toMinute - startMinute + MINUTES_OF_DAY) % MINUTES_OF_DAY;
  if (lengthMinutes < WINDOW_MIN_MINUTES) return refuse(`it is shorter than ${WINDOW_MIN_MINUTES} minutes`);
  return ok({ startMinute, lengthMinutes });
}

/** As it is read: `22:30-04:00`. */
export function windowText({ startMinute, lengthMinutes }: MaintenanceWindow): string {
  return [startMinute, startMinute + lengthMinutes].map((minute) => clockText(timeOfDay(minute))).join('-');
}

/** It begins with its first minute and is over with its last; `atMs` since 1970, judged in local time. */
export function isOpen({ startMinute, lengthMinutes }: MaintenanceWindow, atMs: number): boolean {
  const at = new Date(atMs);
  const minuteOfDay = at.getHours() * 60 + at.getMinutes();
  return (minuteOfDay - startMinute + MINUTES_OF_DAY) % MINUTES_OF_DAY < lengthMinutes;
}

/**
 * Minutes into a window of `lengthMinutes`, WINDOW_MIN_MINUTES or more: the same for a device every day, spread evenly
 * over devices, and early enough that what chance adds (JITTER_MAX_MINUTES) still lies in the window. `deviceId` is
 * SHA-256 in hex; its end is taken, because rollouts are drawn from its hash.
 */
export function stableOffsetMinutes(deviceId: string, lengthMinutes: number): number {
  return Number.parseInt(deviceId.slice(-8), 16) % Math.max(1, lengthMinutes - JITTER_MAX_MINUTES);
}

export type TimeOfDay = { readonly hour: number; readonly minute: number };

export function timeOfDay(minuteOfDay: number): TimeOfDay {
  const within = minuteOfDay % MINUTES_OF_DAY;
  return { hour: Math.floor(within / 60), minute: within % 60 };
}

/** `HH:MM`. */
export function clockText({ hour, minute }: TimeOfDay): string {
  return [hour, minute].map((number) => String(number).padStart(2, '0')).join(':');
}
