/** `cistern exit-codes`: the table that monitoring relies on. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { type CommonFlags, commonFlags } from './flags.ts';

export const exitCodesCommand = buildCommand<Pick<CommonFlags, 'json'>, [], Context>({
  func(this: Context, { json }) {
    if (json) {
      const document = { format: 'cistern-exit-codes/1', codes: Object.values(EXIT) };
      this.stdout.write(`${JSON.stringify(document)}\n`);
      return;
    }
    for (const { code, means } of Object.values(EXIT))
      this.stdout.write(`${String(code).padStart(3)}  ${means}\n`);
  },
  parameters: { flags: { json: commonFlags.json } },
  docs: { brief: 'List the exit codes and what they mean' },
});
