/** Every way in which the schedule can fail to be put in place, taken away, or told. */
import type { WindowFailure } from './window.ts';

export type ScheduleFailure =
  | WindowFailure
  /** Neither systemd nor OpenWrt nor cron is to be seen below the root directory. */
  | { readonly reason: 'init-system-unknown'; readonly rootDirectory: string }
  | { readonly reason: 'schedule-setting-unusable'; readonly name: string; readonly why: string }
  /** A file of that name is there, and this program did not write it. */
  | { readonly reason: 'file-not-ours'; readonly path: string }
  | { readonly reason: 'schedule-not-written'; readonly path: string; readonly why: string }
  | { readonly reason: 'schedule-record-unreadable'; readonly path: string; readonly why: string };
