/** How an update, a flashing or a rescue ended: words or a document, and the exit code. */
import type { Context } from '../context.ts';
import { exitCodeOf } from '../exit-code.ts';
import { exitOf } from '../report/explain-end.ts';
import type { Verdict } from '../report/verdict.ts';
import type { UpdateResult } from '../update/attempt.ts';
import { tellFailure } from './tell.ts';

export const UNTOUCHED = 'The modem was not touched.';

export function tellResult(
  context: Context,
  command: 'update' | 'flash' | 'rescue',
  result: UpdateResult,
  { json }: { readonly json: boolean },
): void {
  const format = `cistern-${command}/1`;
  switch (result.kind) {
    case 'refused':
      tellFailure(context, result.failure, { json, state: UNTOUCHED });
      return;
    case 'up-to-date': {
      const { model, version, considered } = result;
      if (json)
        context.stdout.write(
          `${JSON.stringify({ format, result: 'up-to-date', model, version, considered })}\n`,
        );
      else context.stdout.write(`up to date ${model} ${version}: nothing newer fits and is rolled out\n`);
      return;
    }
    case 'attempted': {
      const { verdict, failure, delivery } = result;
      context.setExitCode(exitCodeOf(exitOf({ outcome: verdict.outcome, failure }), context.signal));
      if (json) {
        context.stdout.write(`${JSON.stringify({ format, result: verdict.outcome, verdict, delivery })}\n`);
        return;
      }
      if (delivery.waiting > 0)
        context.stderr.write(`  ${delivery.waiting} report(s) wait for an uplink (${delivery.why})\n`);
      if (verdict.outcome === 'updated') {
        const reported = delivery.delivered.includes(verdict.id) ? 'reported' : 'report waits';
        context.stdout.write(`updated ${wayOf(verdict)}: read back, confirmed, ${reported}\n`);
        return;
      }
      context.stderr.write(`cistern: ${verdict.what}\n  state: ${verdict.state}\n  next:  ${verdict.next}\n`);
      context.stdout.write(`${verdict.outcome} ${wayOf(verdict)}: ${verdict.reason}\n`);
    }
  }
}

function wayOf({ model, fromVersion, toVersion }: Verdict): string {
  return `${model} ${fromVersion ?? 'in EDL'} -> ${toVersion}`;
}
