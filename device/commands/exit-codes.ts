/** `cistern exit-codes`: the table that monitoring relies on. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-code.ts';

export const exitCodesCommand = buildCommand<Record<never, never>, [], Context>({
  func(this: Context) {
    for (const { code, means } of Object.values(EXIT))
      this.stdout.write(`${String(code).padStart(3)}  ${means}\n`);
  },
  parameters: { flags: {} },
  docs: { brief: 'List the exit codes and what they mean' },
});
