/** `cistern schedule remove`. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { removeSchedule } from '../schedule/install-schedule.ts';
import { noticeCommands } from '../schedule/schedule-files.ts';
import { type RootFlags, rootFlags, tellScheduleFailure, tellSystem } from './schedule-telling.ts';

type RemoveFlags = RootFlags & { readonly purge: boolean };

export const scheduleRemoveCommand = buildCommand<RemoveFlags, [], Context>({
  func: runRemove,
  parameters: {
    flags: {
      ...rootFlags,
      purge: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Also settings that somebody changed since',
      },
    },
  },
  docs: {
    brief: 'Take away everything that schedule install wrote',
    fullDescription: [
      'Files, links, lines of the crontab, and directories that were made for them. The state directory stays: it holds',
      'what an unfinished update needs. Settings that somebody changed stay too, unless --purge is given.',
      '',
      'Examples:',
      '  cistern schedule remove',
      '  cistern schedule remove --purge --json',
    ].join('\n'),
  },
});

async function runRemove(this: Context, flags: RemoveFlags): Promise<void> {
  const result = await removeSchedule(flags.rootDirectory, flags);
  if (!result.ok) return tellScheduleFailure(this, result.failure, flags.json);
  const { removed, kept } = result.value ?? { removed: [], kept: [] };
  if (result.value !== null && flags.rootDirectory === '/') {
    const { system, hasUdev } = result.value.record;
    await tellSystem(this, noticeCommands(system, { hasUdev, after: 'remove' }));
  }
  if (flags.json) {
    this.stdout.write(`${JSON.stringify({ format: 'cistern-schedule-removed/1', removed, kept })}\n`);
    return;
  }
  if (result.value === null) this.stdout.write('no schedule is installed\n');
  for (const path of removed) this.stdout.write(`removed ${path}\n`);
  for (const path of kept)
    this.stdout.write(`kept    ${path}: it was changed since (--purge takes it too)\n`);
}
