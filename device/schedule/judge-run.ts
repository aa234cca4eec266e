/** What an unattended run is worth telling: nothing, unless something happened. Pure. */
import * as z from 'zod';
import type { RunEnd } from '../router/run-command.ts';
import { LOG_ENTRY_MAX_CHARS } from './limits.ts';
import type { Trigger } from './scheduled-file.ts';

/** Severities of syslog(3); null for a run that nobody needs to hear of. */
export type Told = { readonly severity: 'notice' | 'warning' | 'err'; readonly text: string };

/** The parts of the documents of `cistern update --json` that are told on; other members may stand beside them. */
const sentences = { what: z.string(), state: z.string(), next: z.string() };
const endSchema = z.union([
  z.object({ format: z.literal('cistern-update/1'), result: z.literal('up-to-date') }),
  z.object({
    format: z.literal('cistern-update/1'),
    result: z.string(),
    verdict: z.object({
      ...sentences,
      model: z.string(),
      reason: z.string().nullable(),
      fromVersion: z.string().nullable(),
      toVersion: z.string(),
    }),
  }),
  z.object({ format: z.literal('cistern-failure/1'), reason: z.string(), ...sentences }),
]);

export function judgeRun(end: RunEnd, trigger: Trigger): Told | null {
  const parsed = endSchema.safeParse(lastDocument(end.stdout));
  if (!parsed.success) return end.code === 0 ? null : { severity: 'err', text: oneLine(abruptEnd(end)) };
  const document = parsed.data;
  if (document.format === 'cistern-failure/1') {
    // The hook is fired by the modem that our own flashing sends to EDL; how that ends is told where it was begun.
    if (document.reason === 'another-updater-runs' && trigger === 'resume') return null;
    // It waits for another uplink, day after day: the exit code says so.
    if (document.reason === 'uplink-metered') return null;
    return { severity: 'warning', text: oneLine(`${document.what} ${document.state} ${document.next}`) };
  }
  if (!('verdict' in document)) return null;
  const { model, fromVersion, toVersion, reason, what, state, next } = document.verdict;
  const change = `${model} ${fromVersion ?? 'in EDL'} -> ${toVersion}`;
  if (document.result === 'updated') return { severity: 'notice', text: oneLine(`updated ${change}`) };
  if (reason === 'outside-window') return { severity: 'notice', text: oneLine(`waits ${change}: ${what}`) };
  const severity = document.result === 'unchanged' ? 'warning' : 'err';
  return { severity, text: oneLine(`${document.result} ${change}: ${what} ${state} ${next}`) };
}

function lastDocument(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return null;
  }
}

function abruptEnd({ code, signalName, stderr }: RunEnd): string {
  const how = code === null ? `was ended by ${signalName ?? 'a signal'}` : `ended with code ${code}`;
  const said = stderr.trim();
  return `the updater ${how}${said === '' ? '' : `: ${said.slice(-1000)}`}`;
}

/** A line of a log is one event, whatever the text holds. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, LOG_ENTRY_MAX_CHARS);
}
