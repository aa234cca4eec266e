/** Schedules, and what waits for its time: what happened to what, and what to do. */
import type { Explainers } from './explanation.ts';

export const scheduleSentences = {
  'outside-window': ({ window }) => ({
    exit: 'TEMPORARY',
    what: `The update is staged and verified, and waits for its maintenance window (${window}): it came too late for this one.`,
    next: 'The next run within the window flashes it, from its stage where that still stands: on a disk (--stage DIRECTORY) also after a reboot. To flash it now: cistern update, without --window.',
  }),
  'window-unreadable': ({ text, why }) => ({
    exit: 'USAGE',
    what: `The maintenance window ${text} cannot be used: ${why}.`,
    next: 'Give it in local time, such as --window 02:00-05:00.',
  }),
  'init-system-unknown': ({ rootDirectory }) => ({
    exit: 'CONFIG',
    what: `Below ${rootDirectory} there is neither systemd nor OpenWrt nor a directory /etc/cron.d.`,
    next: 'Name what starts programs there with --system, or run cistern update from whatever does.',
  }),
  'schedule-setting-unusable': ({ name, why }) => ({
    exit: 'USAGE',
    what: `The setting ${name} cannot be written into a schedule: ${why}.`,
    next: 'Give it on one line, or leave it to /etc/cistern/config.json.',
  }),
  'file-not-ours': ({ path }) => ({
    exit: 'NOT_PERMITTED',
    what: `${path} is there already, and cistern schedule did not write it.`,
    next: 'Move it away, then run this again. cistern schedule remove takes back what was written so far.',
  }),
  'schedule-not-written': ({ path, why }) => ({
    exit: 'CANTCREAT',
    what: `${path} cannot be written (${why}).`,
    next: 'Run it as root, on a filesystem that can be written to; what was written so far, cistern schedule remove takes back.',
  }),
  'schedule-record-unreadable': ({ path, why }) => ({
    exit: 'CONFIG',
    what: `${path}, which says what the schedule consists of, cannot be read: ${why}.`,
    next: `Delete ${path} and run cistern schedule install again: files of its own it writes anew.`,
  }),
} satisfies Partial<Explainers>;
