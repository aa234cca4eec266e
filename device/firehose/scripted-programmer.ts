/** A programmer for tests: answers each command of a scripted pipe with documents, and counts raw bytes. */
import { concatBytes, fromUtf8, utf8 } from '../../shared/bytes.ts';
import { err } from '../../shared/result.ts';
import { type Script, type ScriptedPipe, scriptedPipe, type Transfer } from '../transport/scripted-pipe.ts';
import { DEFAULT_FIREHOSE_TIMINGS } from './limits.ts';
import { FirehoseLink } from './link.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n';
export const log = (text: string) => `${HEAD}<log value="${text}" />\n</data>`;
export const response = (value: 'ACK' | 'NAK', attributes = '') =>
  `${HEAD}<response value="${value}" ${attributes}/>\n</data>`;
export const ACK = response('ACK');
export const NAK = response('NAK');
export const RAW = response('ACK', 'rawmode="true" ');
export const RAW_END = response('ACK', 'rawmode="false" ');

export const STORAGE = { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 } as const;

export type Programmer = { readonly link: FirehoseLink; readonly pipe: ScriptedPipe };

/** What follows it in an answer is heard only by who waits for so long. */
export const LATE = 'late';
const LATE_MS = 200;

/** Answers by the tag of the command; raw bytes are answered by `raw`, which is given all of them so far. */
export function programmer(
  answers: Readonly<Record<string, readonly Transfer[] | ((xml: string, n: number) => readonly Transfer[])>>,
  {
    raw,
    onLog = () => {},
    ...script
  }: Omit<Script, 'answers'> & {
    readonly raw?: (received: number) => readonly Transfer[];
    readonly onLog?: (log: string) => void;
  } = {},
): Programmer {
  const counts = new Map<string, number>();
  let rawBytes = 0;
  const scripted = scriptedPipe({
    ...script,
    answers: (sent) => {
      const xml = new TextDecoder('latin1').decode(sent);
      const tag = /^<\?xml[^>]*>\n<data>\n<(\w+)/.exec(xml)?.[1];
      if (tag === undefined) {
        rawBytes += sent.length;
        return raw?.(rawBytes) ?? [];
      }
      const n = counts.get(tag) ?? 0;
      counts.set(tag, n + 1);
      rawBytes = 0;
      const answer = answers[tag] ?? [];
      return typeof answer === 'function' ? answer(xml, n) : answer;
    },
  });
  let isLate = false;
  const pipe: ScriptedPipe = {
    ...scripted,
    transferIn: async (maxBytes, options) => {
      const read = isLate ? null : await scripted.transferIn(maxBytes, options);
      isLate ||= read?.ok === true && fromUtf8(read.value) === LATE;
      if (read !== null && !isLate) return read;
      const { timeoutMs } = options;
      if (timeoutMs < LATE_MS) return err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs });
      isLate = false;
      return scripted.transferIn(maxBytes, options);
    },
  };
  // Nothing in a script takes time.
  return { link: new FirehoseLink(pipe, DEFAULT_FIREHOSE_TIMINGS, { nowMs: () => 0, onLog }), pipe };
}

/** Commands that were sent, `tag attribute="…" …`, without raw bytes. */
export function commandsOf(pipe: ScriptedPipe): readonly string[] {
  return pipe.sent.flatMap((sent) => {
    const command = /<data>\n<(.*) \/>\n<\/data>/.exec(new TextDecoder('latin1').decode(sent))?.[1];
    return command === undefined ? [] : [command];
  });
}

/** All raw bytes that were sent. */
export function rawOf(pipe: ScriptedPipe): Uint8Array {
  const isCommand = (sent: Uint8Array) => fromUtf8(sent.subarray(0, 5)) === '<?xml';
  return concatBytes(pipe.sent.filter((sent) => !isCommand(sent)));
}

/** One transfer of several documents, cut at the given places. */
export function cutAt(text: string, ...cuts: readonly number[]): readonly Uint8Array[] {
  const bytes = utf8(text);
  const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}
