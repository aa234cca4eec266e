/** The verdict's words: what happened, what state the modem is in, what to do next (P10). */
import type { UpdateStep } from '../../shared/telemetry.ts';
import type { ExitName } from '../exit-code.ts';
import type { AttemptEnd } from '../update/attempt.ts';
import type { Attempt } from '../update/journal.ts';
import { explain } from './explain/explain.ts';
import type { Verdict } from './verdict.ts';

export function explainEnd(end: AttemptEnd, attempt: Attempt): Pick<Verdict, 'what' | 'state' | 'next'> {
  const { fromVersion, toVersion } = attempt;
  if (end.failure === null) {
    return {
      what:
        fromVersion === null
          ? `The modem did not start; it was given ${toVersion}.`
          : `The modem was updated from ${fromVersion} to ${toVersion}.`,
      state:
        attempt.snapshot === null
          ? 'It is in normal mode and says the new version itself; how it was before nobody could ask it.'
          : 'It is in normal mode, says the new version itself, and nothing is worse than before.',
      next: 'Nothing to do.',
    };
  }
  const { what, next } = explain(end.failure);
  const goesOn = end.outcome === 'unfinished' && attempt.flashTouched && end.modemState === 'edl';
  const first = `Run ${commandToFinish(attempt)}: it goes on from the stage. If it ends the same way: `;
  return { what, state: stateOf(end, attempt), next: goesOn ? first + next : next };
}

/** What takes an unfinished attempt up: a package from a disk needs no repository, and may have none. */
export function commandToFinish({ origin }: Pick<Attempt, 'origin'>): string {
  return origin.kind === 'local' ? 'cistern rescue' : 'cistern update';
}

/** With these steps everything had been written and read back. */
const WRITTEN: ReadonlySet<string> = new Set<UpdateStep>(['resetting', 'confirming', 'reported']);

function stateOf(
  { outcome, modemState, failure }: AttemptEnd,
  { fromVersion, toVersion, flashTouched, step }: Attempt,
): string {
  if (outcome === 'unchanged') {
    if (fromVersion === null)
      return `The modem is ${inWords(modemState)}, as it was found; its flash was not touched.`;
    if (failure?.reason === 'modem-changed-meanwhile')
      return `The modem is in normal mode with ${failure.after}; this updater did not touch its flash.`;
    return modemState === 'normal'
      ? `The modem is in normal mode with its old version ${fromVersion}; its flash was not touched.`
      : `The modem was not touched; it runs ${fromVersion}, but did not answer when asked again.`;
  }
  if (outcome === 'unconfirmed')
    return `${toVersion} was written and read back; the modem is ${inWords(modemState)}.`;
  if (!flashTouched)
    return `The modem is ${inWords(modemState)}; its flash was not touched, a power cycle brings it back as it was.`;
  if (WRITTEN.has(step))
    return `${toVersion} was written and read back; the modem is ${inWords(modemState)} and has yet to start with it.`;
  return `The modem is ${inWords(modemState)}; ${toVersion} is partly written and can be finished at any time.`;
}

function inWords(state: AttemptEnd['modemState']): string {
  const words: Readonly<Record<AttemptEnd['modemState'], string>> = {
    normal: 'in normal mode',
    edl: 'in emergency download mode',
    'programmer-running': 'in emergency download mode with its programmer running',
    'ram-dump': 'offering a crash dump',
    absent: 'not on the bus',
    unknown: 'in a state that could not be read',
  };
  return words[state];
}

/** The exit code of an attempt: by its outcome first, then by its reason. */
export function exitOf(end: Pick<AttemptEnd, 'outcome' | 'failure'>): ExitName {
  if (end.failure === null) return 'OK';
  if (end.outcome === 'unfinished') return 'UNFINISHED';
  if (end.outcome === 'unconfirmed') return 'FAILURE';
  return explain(end.failure).exit;
}
