/** Asks a modem in normal mode everything that an examination needs, over its AT port. */
import { ok, type Result } from '../../shared/result.ts';
import { type AtFailure, askAt } from '../modem/at.ts';
import type { Pipe } from '../transport/pipe.ts';
import { ANSWER_LINE_MAX_CHARS, ANSWER_LINES_MAX } from './limits.ts';
import { QUESTIONS, type Question, type Topic } from './questions.ts';

/** `lines` of the answer with the wanted prefix taken off; `error` is the final result where it was not OK. */
export type Heard = { readonly lines: readonly string[]; readonly error: string | null };

export type Interview = {
  readonly heard: ReadonlyMap<Topic, Heard>;
  /** The question at which the modem fell silent; those after it were not asked. */
  readonly silentAt: string | null;
};

/** Fails only where the port itself fails: a modem that says nothing is a finding. */
export async function askModem(pipe: Pipe, signal?: AbortSignal): Promise<Result<Interview, AtFailure>> {
  const heard = new Map<Topic, Heard>();
  for (const question of QUESTIONS) {
    const answer = await ask(pipe, question, signal);
    if (answer.ok) heard.set(question.topic, answer.value);
    else if (answer.failure.reason === 'at-no-answer') return ok({ heard, silentAt: question.command });
    else if (answer.failure.reason !== 'at-answer-too-long') return answer;
  }
  return ok({ heard, silentAt: null });
}

async function ask(
  pipe: Pipe,
  { command, prefix }: Question,
  signal?: AbortSignal,
): Promise<Result<Heard, AtFailure>> {
  const recorded = recordingPipe(pipe);
  const answer = await askAt(recorded.pipe, command, signal);
  if (!answer.ok) return answer;
  if (answer.value.lines === null) return ok({ lines: [], error: finalResult(recorded.text()) });
  const lines = answer.value.lines
    .filter((line) => (prefix === '' ? !line.startsWith('+') : line.startsWith(`${prefix}:`)))
    .map((line) => line.slice(prefix === '' ? 0 : prefix.length + 1).trim())
    .map((line) => line.slice(0, ANSWER_LINE_MAX_CHARS));
  return ok({ lines: lines.slice(0, ANSWER_LINES_MAX), error: null });
}

/** `askAt` says only that it was an error; which one decides what is wrong with a SIM. */
function recordingPipe(pipe: Pipe): { readonly pipe: Pipe; readonly text: () => string } {
  let text = '';
  return {
    text: () => text,
    pipe: {
      ...pipe,
      transferIn: async (maxBytes, options) => {
        const read = await pipe.transferIn(maxBytes, options);
        if (read.ok) text += new TextDecoder('latin1').decode(read.value);
        return read;
      },
    },
  };
}

function finalResult(text: string): string {
  return /^(?:ERROR|\+CM[ES] ERROR: .{0,80})$/m.exec(text.replaceAll('\r', ''))?.[0] ?? 'ERROR';
}
