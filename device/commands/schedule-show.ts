/** `cistern schedule show`. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { showSchedule } from '../schedule/install-schedule.ts';
import { scheduleWords } from '../schedule/schedule-words.ts';
import { type RootFlags, rootFlags, tellScheduleFailure } from './schedule-telling.ts';

export const scheduleShowCommand = buildCommand<RootFlags, [], Context>({
  func: runShow,
  parameters: { flags: rootFlags },
  docs: {
    brief: 'Show what is installed, and what of it was changed since',
    fullDescription: ['Examples:', '  cistern schedule show', '  cistern schedule show --json'].join('\n'),
  },
});

async function runShow(this: Context, { rootDirectory, json }: RootFlags): Promise<void> {
  const shown = await showSchedule(rootDirectory);
  if (!shown.ok) return tellScheduleFailure(this, shown.failure, json);
  if (json) {
    const state = shown.value;
    const schedule = state === null ? null : { ...state.record, differing: state.differing };
    this.stdout.write(`${JSON.stringify({ format: 'cistern-schedule-shown/1', schedule })}\n`);
    return;
  }
  if (shown.value === null) {
    this.stdout.write('no schedule is installed: cistern schedule install\n');
    return;
  }
  const { record, differing } = shown.value;
  this.stdout.write(`${scheduleWords(record)}
`);
  for (const { path, isSettings } of record.written) {
    const how = differing.find((file) => file.path === path)?.how;
    this.stdout.write(
      `  ${path}${how === undefined ? '' : `  ${isSettings ? 'settings, ' : ''}${how} since`}\n`,
    );
  }
  if (differing.some(({ path }) => !record.written.find((file) => file.path === path)?.isSettings))
    this.stdout.write('  cistern schedule install puts it right\n');
}
