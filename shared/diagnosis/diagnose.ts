/** Reads the log of a flasher, however it was pasted, and says what it shows. Pure, bounded, never throws. */
import type { Diagnosis, Finding, Tool } from './diagnosis.ts';
import { followLog } from './follow-log.ts';
import { flashSentence, judgeFlash } from './judge-flash.ts';
import { judgeModem } from './judge-modem.ts';
import { FINDINGS_MAX } from './limits.ts';
import { nextSteps } from './next-steps.ts';
import { plainLine } from './plain-line.ts';
import { readLines } from './read-lines.ts';
import type { Run } from './run.ts';
import { unwrapTerminal, withSentences } from './unwrap.ts';

export function diagnose(text: string): Diagnosis {
  const { lines, lineCount, linesSkipped } = readLines(text);
  const parts = followLog(
    unwrapTerminal(lines, (line) => plainLine(line).isStamped)
      .map(plainLine)
      .flatMap(withSentences),
  );
  const runs = parts.filter(isOfTool);
  const last = runs.at(-1);
  const isComplete = last?.hasEnded ?? false;

  const flashState = judgeFlash(runs);
  const told = toldAfter(last, parts);
  const flash = { state: flashState, says: flashSentence(flashState, runs) + told.ofFlash };
  const judged = judgeModem(parts, flashState);
  const modem = { ...judged, says: judged.says + told.ofModem };
  const findings = parts.flatMap((run) => run.findings).slice(-FINDINGS_MAX);
  const cause = findCause(last ?? parts.at(-1));
  const log = { lines: lineCount, linesSkipped, runs: runs.length, tools: toolsOf(runs), isComplete };
  const hasSucceeded = last?.succeeded ?? false;
  return {
    format: 'cistern-diagnosis/1',
    summary: summarise(cause, last, findings),
    cause: cause?.id ?? null,
    flash,
    modem,
    findings,
    next: [
      ...nextSteps({ flash, modem, log, hasSucceeded, hasCause: cause !== null, fixes: fixesOf(parts) }),
    ],
    log,
  };
}

/** Not what people wrote before or between. */
function isOfTool(run: Run): boolean {
  return run.tools.size > 0 || run.stage !== 'unknown';
}

/** What people tell of the time after the log: it is said beside what the log shows, and not mixed with it. */
function toldAfter(last: Run | undefined, parts: readonly Run[]): { ofFlash: string; ofModem: string } {
  const run = last ?? parts.at(-1);
  const tells = (id: string) => run?.seen.has(id) ?? false;
  return {
    ofFlash: tells('another-attempt-told')
      ? ' That holds for the log that is here; the text tells of an interruption or another attempt, of which nothing is known.'
      : '',
    ofModem: tells('not-on-the-bus-told') ? ' The text tells that it was not to be seen later.' : '',
  };
}

/** The first cause is the root: what follows it follows from it. */
function findCause(run: Run | undefined): Finding | null {
  return run?.findings.find(({ kind }) => kind === 'cause') ?? null;
}

function summarise(cause: Finding | null, last: Run | undefined, findings: readonly Finding[]): string {
  if (cause !== null) return cause.says;
  if (last === undefined) {
    return findings.length === 0
      ? 'This is not a log that is known here: nothing in it tells what happened to a modem.'
      : 'There is no log of a flasher in this text, only what was said or seen around one.';
  }
  if (last.succeeded)
    return last.findings.findLast(({ kind }) => kind === 'success')?.says ?? 'It succeeded.';
  if (!last.hasEnded) return 'The log breaks off while the tool was at work; it shows no reason.';
  const word = last.findings.findLast(({ kind }) => kind === 'symptom' || kind === 'remark');
  return word?.says ?? 'The tool stopped, and the log does not say why.';
}

/** Of causes first, then of what was survived, then of what people tell; each once, the last run's first. */
function fixesOf(parts: readonly Run[]): readonly string[] {
  const ordered = parts.toReversed();
  const kinds = ['cause', 'warning', 'symptom', 'remark'] as const;
  const fixes = kinds.flatMap((kind) =>
    ordered.flatMap((run) =>
      run.findings.filter((finding) => finding.kind === kind).flatMap(({ id }) => run.fixes.get(id) ?? []),
    ),
  );
  return [...new Set(fixes)];
}

function toolsOf(runs: readonly Run[]): Diagnosis['log']['tools'] {
  const tools = new Map<Tool, string | null>();
  for (const run of runs)
    for (const [name, version] of run.tools) tools.set(name, version ?? tools.get(name) ?? null);
  return [...tools].map(([name, version]) => ({ name, version }));
}
