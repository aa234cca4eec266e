/** What a line of a log can mean: one row of the tables in `signatures/`. Data, so that a row can be read alone. */
import type { FindingKind, Tool } from './diagnosis.ts';

/**
 * How far a run has come, as far as its lines tell. `unknown` where the beginning is missing. `switching`: from the
 * request for EDL until the modem speaks Sahara. `programmer`: it runs, and nothing was erased. `ended`: the tool
 * has said its last word.
 */
export type Stage =
  | 'unknown'
  | 'starting'
  | 'switching'
  | 'sahara'
  | 'programmer'
  | 'erasing'
  | 'programming'
  | 'resetting'
  | 'ended';

/** What was last asked of the programmer, so that its ACK and NAK can be told apart. */
export type Command = 'none' | 'configure' | 'guard' | 'erase' | 'program' | 'other';

/** What a line changes in the picture of the run. */
export type Effect =
  | 'begins'
  | 'sees-normal'
  | 'sees-edl'
  | 'sees-ram-dump'
  | 'sees-fastboot'
  | 'sees-nothing'
  | 'asks-for-edl'
  | 'enters-edl'
  | 'speaks-sahara'
  | 'programmer-runs'
  | 'configures'
  | 'asks-guard'
  | 'sends-erase'
  | 'sends-program'
  | 'sends-other'
  | 'sends-data'
  | 'accepts'
  | 'accepts-data'
  | 'refuses'
  | 'resets'
  | 'loses-modem'
  | 'leaves-edl'
  | 'misses-lines'
  | 'fails'
  | 'succeeds'
  | 'says-untouched'
  | 'says-partly-written'
  | 'says-written';

export type Signature = {
  /** Stable name of the finding. */
  readonly id: string;
  /** `trace`: it only changes the picture and is not shown. */
  readonly kind: FindingKind | 'trace';
  /** In lower case, part of every line that can match: looked for before the pattern is tried. */
  readonly hint: string;
  /** Linear in the length of the line. */
  readonly pattern: RegExp;
  /** Stages in which the line means this; all where nothing is said. */
  readonly during?: readonly Stage[];
  /** The commands to which the line can be an answer. */
  readonly answering?: readonly Command[];
  /** Only after one of these findings in the same run, and only before any of those. */
  readonly after?: readonly string[];
  readonly unless?: readonly string[];
  /** Only from so many times in one run on. */
  readonly atLeast?: number;
  /** Only of lines that no tool has stamped: sentences of people. */
  readonly ofPerson?: true;
  /** Which tool writes such lines. */
  readonly tool?: Tool;
  /** The first group of the pattern is the version of that tool. */
  readonly givesVersion?: true;
  readonly effects?: readonly Effect[];
  /** One sentence; `$1` is the first group of the pattern. The same holds for `fix`. */
  readonly says: string;
  /** What to do about this cause, where there is something. */
  readonly fix?: string;
  /** Where the fact is from. */
  readonly source: string;
};
