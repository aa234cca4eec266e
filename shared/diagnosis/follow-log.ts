/** Reads a log line by line and draws the picture of each run. A line never changes what an earlier one has shown. */
import { EVIDENCE_MAX_CHARS, RUNS_MAX, WRAPPED_LINES_MAX } from './limits.ts';
import { type Match, matchText } from './match-line.ts';
import type { LogLine } from './plain-line.ts';
import { removeIdentities } from './remove-identities.ts';
import { applyEffects, beginsAnother, newRun, type Run } from './run.ts';
import { LAST_SIGNATURES, SIGNATURES } from './signatures.ts';

/** Stamps with nothing behind them: a forum took `<log …/>` and `<erase …/>` for tags and dropped them. */
const EMPTY_STAMPS_SUSPICIOUS = 3;

export function followLog(lines: readonly LogLine[]): readonly Run[] {
  const runs: Run[] = [newRun()];
  let run = runs[0] as Run;
  let emptyStamps = 0;
  for (const [index, line] of lines.entries()) {
    if (line.body === '') {
      emptyStamps += line.isStamped ? 1 : 0;
      if (emptyStamps >= EMPTY_STAMPS_SUSPICIOUS) run.hasGap = true;
      continue;
    }
    const match = explain(lines, index, run);
    if (match === null) continue;
    if (beginsAnother(run, match.signature)) {
      run = newRun();
      emptyStamps = 0;
      runs.push(run);
      if (runs.length > RUNS_MAX) runs.shift();
    }
    note(run, line, match);
  }
  return runs;
}

function explain(lines: readonly LogLine[], index: number, run: Run): Match | null {
  const line = lines[index] as LogLine;
  return (
    matchText(line.body, line, run, SIGNATURES) ??
    matchUnwrapped(lines, index, run) ??
    matchText(line.body, line, run, LAST_SIGNATURES)
  );
}

/** The line with those that were wrapped from it: with a space as forums wrap, without one as terminals do. */
function matchUnwrapped(lines: readonly LogLine[], index: number, run: Run): Match | null {
  const line = lines[index] as LogLine;
  let spaced = line.body;
  let glued = line.body;
  for (const next of lines.slice(index + 1, index + WRAPPED_LINES_MAX)) {
    if (next.isStamped || next.body === '' || matchText(next.body, next, run, SIGNATURES) !== null)
      return null;
    spaced += ` ${next.body}`;
    glued += next.body;
    const match = matchText(spaced, line, run, SIGNATURES) ?? matchText(glued, line, run, SIGNATURES);
    if (match !== null) return match;
  }
  return null;
}

function note(run: Run, { number }: LogLine, { signature, text, firstGroup }: Match): void {
  const { id, kind, tool, givesVersion, atLeast = 1, effects = [], says, fix } = signature;
  const times = (run.seen.get(id) ?? 0) + 1;
  run.seen.set(id, times);
  if (tool !== undefined && (givesVersion || !run.tools.has(tool)))
    run.tools.set(tool, givesVersion ? firstGroup : null);
  if (times < atLeast) return;
  applyEffects(run, effects);
  if (kind === 'trace') return;
  const fill = (words: string) => words.replace('$1', () => removeIdentities(firstGroup ?? ''));
  if (fix !== undefined) run.fixes.set(id, fill(fix));
  const shown = run.findings.findIndex((finding) => finding.id === id);
  const known = run.findings[shown];
  if (known !== undefined) {
    run.findings[shown] = { ...known, times };
    return;
  }
  run.findings.push({
    id,
    kind,
    line: number,
    text: removeIdentities(text).slice(0, EVIDENCE_MAX_CHARS),
    times,
    says: fill(says),
  });
}
