/** A publication that failed, with what lint has to say where that is why. */
import type { CommandFailure } from '../command-failure.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import { findingLines } from './finding-lines.ts';
import { fail } from './output.ts';

export function failPublication(
  context: RepoContext,
  flags: { readonly json: boolean },
  failure: RepoFailure,
): CommandFailure {
  const findings = failure.reason === 'package-defective' ? failure.findings : [];
  if (!flags.json) context.process.stderr.write(findingLines(findings));
  return fail(context, flags, failure, { findings });
}
