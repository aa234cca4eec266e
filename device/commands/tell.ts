/** How commands end: a document on stdout, or a failure told once, in words or as JSON, with its exit code. */
import type { Context } from '../context.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { UpdateFailure } from '../failure.ts';
import { explain } from '../report/explain/explain.ts';

export function tellFailure(
  context: Context,
  failure: UpdateFailure,
  { json, state }: { readonly json: boolean; readonly state: string },
): void {
  const { exit, what, next } = explain(failure);
  const code = exitCodeOf(exit, context.signal);
  context.setExitCode(code);
  if (json) {
    context.stdout.write(
      `${JSON.stringify({ format: 'cistern-failure/1', reason: failure.reason, what, state, next, exit: code })}\n`,
    );
    return;
  }
  context.stderr.write(`cistern: ${what}\n  state: ${state}\n  next:  ${next}\n`);
}
