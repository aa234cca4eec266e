/** What became of the flash, as far as the log shows. What it does not show is not known. */
import type { FlashState } from './diagnosis.ts';
import type { Run } from './run.ts';

/** Of one run, whatever was before it. */
function flashOfRun(run: Run): FlashState {
  if (run.succeeded || run.said === 'written') return 'written';
  if (run.dataSent || run.said === 'partly-written') return 'partly-written';
  if (run.eraseAccepted) return 'erased';
  if (run.eraseSent) return flashAfterOpenErase(run);
  if (run.said === 'untouched') return 'untouched';
  // Only a line that says why it stopped proves that it did not get as far as the erase.
  const isExplained = run.findings.some(({ kind }) => kind === 'cause');
  return isWholeStory(run) && isExplained ? 'untouched' : 'unknown';
}

function isWholeStory({ hasBeginning, hasEnded, hasGap }: Run): boolean {
  return hasBeginning && hasEnded && !hasGap;
}

/** An erase whose answer was a NAK did nothing; one that was not answered may have begun. */
function flashAfterOpenErase(run: Run): FlashState {
  if (run.erasesRefused > 0) return isWholeStory(run) ? 'untouched' : 'unknown';
  return run.hasEnded ? 'erased' : 'unknown';
}

/** Of all runs together, each with what the ones before it had left. */
export function judgeFlash(runs: readonly Run[]): FlashState {
  let before: FlashState | null = null;
  for (const run of runs) before = after(before, run);
  return before ?? 'unknown';
}

function after(before: FlashState | null, run: Run): FlashState {
  const now = flashOfRun(run);
  switch (now) {
    case 'untouched':
      // What an earlier run did to a modem that was in EDL already is in no line.
      return before ?? (run.beganInEdl ? 'unknown' : 'untouched');
    case 'unknown':
      return before === 'erased' || before === 'partly-written' ? before : 'unknown';
    default:
      return now;
  }
}

export function flashSentence(state: FlashState, runs: readonly Run[]): string {
  const isComplete = runs.at(-1)?.hasEnded ?? false;
  const goesOn = isComplete ? '' : ' The log breaks off, so it may have gone further.';
  switch (state) {
    case 'untouched':
      return `The flash was not touched: the tool stopped before an erase was carried out.${isOldFirmwareWhole(runs) ? ' The old firmware is whole.' : ''}`;
    case 'erased':
      return `The flash is erased at least in part, and nothing was written after that.${goesOn} The modem cannot start from it and has to be flashed again.`;
    case 'partly-written':
      return `The flash is partly written.${goesOn} The modem has to be flashed again from the beginning.`;
    case 'written':
      return 'The flash is written.';
    case 'unknown':
      return `Whether the flash was touched is not known: ${whyUnknown(runs)}.`;
  }
}

/** It ran when this began, and the programmer did not complain of the chip. */
function isOldFirmwareWhole(runs: readonly Run[]): boolean {
  return (
    runs.some(({ beganNormal }) => beganNormal) && !runs.some(({ seen }) => seen.has('flash-not-opened'))
  );
}

function whyUnknown(runs: readonly Run[]): string {
  const last = runs.at(-1);
  if (last === undefined) return 'there is no log of a flasher here';
  if (!last.hasEnded) return 'the log breaks off before the tool ended';
  if (runs.some(({ beganInEdl }) => beganInEdl))
    return 'the modem was in EDL when this began, and what was done to it before is not in the log';
  if (!last.hasBeginning || last.hasGap) return 'parts of the log are missing';
  return 'the log does not say why the tool stopped';
}
