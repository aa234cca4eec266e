/** Which signature explains a line, in the picture of the run as it is when the line comes. */
import type { LogLine } from './plain-line.ts';
import type { Run } from './run.ts';
import type { Signature } from './signature.ts';
import type { SignatureTable } from './signatures.ts';

export type Match = {
  readonly signature: Signature;
  /** The text that was matched: the line, or the lines that were one before they were wrapped. */
  readonly text: string;
  readonly firstGroup: string | null;
};

export function matchText(
  text: string,
  { isStamped }: Pick<LogLine, 'isStamped'>,
  run: Run,
  table: SignatureTable,
): Match | null {
  const lower = text.toLowerCase();
  const rows = table.anyHint.test(lower) ? table.rows : table.rowsWithoutHint;
  for (const signature of rows) {
    if (!lower.includes(signature.hint)) continue;
    const match = signature.pattern.exec(text);
    if (match === null || !holds(signature, run)) continue;
    if (signature.ofPerson && (isStamped || !isSentence(text))) continue;
    return { signature, text, firstGroup: match[1] ?? null };
  }
  return null;
}

function holds({ during, answering, after, unless }: Signature, run: Run): boolean {
  const has = (id: string) => run.seen.has(id);
  if (during !== undefined && !during.includes(run.stage)) return false;
  if (answering !== undefined && !answering.includes(run.command)) return false;
  if (after !== undefined && !after.some(has)) return false;
  return unless === undefined || !unless.some(has);
}

/** At least four words, and nothing that only programs write. */
function isSentence(text: string): boolean {
  return !/[<>={}|]/.test(text) && (text.match(/\p{L}{2,}/gu)?.length ?? 0) >= 4;
}
