/** AT commands over a byte stream: one command, its answer lines, OK or not. Unasked-for lines are harmless. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe, TransferFailure } from '../transport/pipe.ts';
import { AT_ANSWER_MAX_BYTES, AT_TIMEOUT_MS } from './limits.ts';

export type AtFailure =
  | TransferFailure
  | { readonly reason: 'at-no-answer'; readonly command: string }
  | { readonly reason: 'at-answer-too-long'; readonly command: string; readonly maxBytes: number };

/** `null` lines mean that the modem answered ERROR: it does not know the command or cannot do it now. */
export type AtAnswer = { readonly lines: readonly string[] | null };

const FINAL = /^(OK|ERROR|\+CM[ES] ERROR: .*)$/;

/** Sends `command` and returns its answer lines without echo and final result (3GPP TS 27.007, V.250). */
export async function askAt(
  pipe: Pipe,
  command: string,
  signal?: AbortSignal,
): Promise<Result<AtAnswer, AtFailure>> {
  const sent = await pipe.transferOut(new TextEncoder().encode(`${command}\r`), {
    timeoutMs: AT_TIMEOUT_MS,
    signal,
  });
  if (!sent.ok) return sent;
  let text = '';
  while (text.length <= AT_ANSWER_MAX_BYTES) {
    const read = await pipe.transferIn(4096, { timeoutMs: AT_TIMEOUT_MS, signal });
    if (!read.ok)
      return read.failure.reason === 'transfer-timed-out' ? err({ reason: 'at-no-answer', command }) : read;
    text += new TextDecoder('latin1').decode(read.value);
    const answer = readAtAnswer(text, command);
    if (answer !== null) return ok(answer);
  }
  return err({ reason: 'at-answer-too-long', command, maxBytes: AT_ANSWER_MAX_BYTES });
}

/** The answer in what has arrived so far; null while its final result is missing. */
export function readAtAnswer(text: string, command: string): AtAnswer | null {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = complete
    .split(/\r?\n/)
    .map((line) => line.replaceAll('\r', '').trim())
    .filter((line) => line !== '' && line !== command);
  const final = lines.findIndex((line) => FINAL.test(line));
  if (final === -1) return null;
  return { lines: lines[final] === 'OK' ? lines.slice(0, final) : null };
}

/** Lines that came unasked between command and answer: `+NAME: …` (but AT+QGMR's own), RDY, RING. */
const UNSOLICITED = /^(\+(?!QGMR:)[A-Z0-9]+:|RDY$|RING$)/;

/** The lines of an answer that have no prefix; none of an ERROR. */
export function plainLines(answer: AtAnswer): readonly string[] {
  return (answer.lines ?? []).filter((line) => !UNSOLICITED.test(line));
}

/** The first of them; undefined where there is none. */
export function plainLine(answer: AtAnswer): string | undefined {
  return plainLines(answer)[0];
}

/** The value of the first line `+PREFIX: value`, trimmed; undefined where there is none. */
export function prefixedValue(answer: AtAnswer, prefix: string): string | undefined {
  const line = answer.lines?.find((candidate) => candidate.startsWith(`${prefix}:`));
  return line?.slice(prefix.length + 1).trim();
}
