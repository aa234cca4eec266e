/** What the commands of a running programmer share: its storage, what was agreed with the host, how it answers. */
import type { FaultPlan, Refusal } from './fault-plan.ts';
import type { FirehoseDialect } from './firehose-dialect.ts';
import type { Region } from './firehose-region.ts';
import {
  type DocumentFraming,
  FirehoseVoice,
  type ResponseAttributes,
  type Verdict,
} from './firehose-voice.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';
import type { ProgramWriter } from './program-writer.ts';
import type { ModuleControl } from './usb-function.ts';

export type ProgrammerOptions = {
  readonly dialect: FirehoseDialect;
  readonly nand: Nand;
  readonly partitions: readonly Partition[];
  readonly faults: FaultPlan;
  /** What the vendor's anti-misburn erase must name, e.g. `EC25EUGA_VH`; null: it does not know that question. */
  readonly projectName: string | null;
  readonly framing: DocumentFraming;
  /** How long a second of DelayInSeconds lasts, in milliseconds. */
  readonly secondMs: number;
  /** Told when raw bytes may come, and when the last one was taken. */
  readonly onProgram?: (progress: ProgramProgress) => void;
};

export type ProgramProgress = {
  readonly phase: 'started' | 'ended';
  readonly startSector: number;
  readonly lengthBytes: number;
};

export const LATE_LOG = 'INFO: the last command is done';
export const HANDLE_READ_FAILURE = 'ERROR 20: Line 2514: HANDLE_READ_FAILURE';
export const HANDLE_PROGRAM_FAILURE = 'ERROR 21: Line 2459: HANDLE_PROGRAM_FAILURE';

export class FirehoseSession {
  readonly control: ModuleControl;
  readonly options: ProgrammerOptions;
  readonly voice: FirehoseVoice;
  /** What configure agreed on, in bytes; `undefined` before it. */
  payloadMaxBytes: number | undefined;
  isHostZlpAware = false;
  /** A `<program>` that waits for its raw bytes. */
  writing: { readonly writer: ProgramWriter; readonly region: Region; readonly logs: string[] } | undefined;
  /** How the command at work fails, when a fault says so. */
  refusal: Refusal | undefined;
  /** It has refused something, and refuses all but power since. */
  isWedged = false;
  /** It was told to reset or to go off, and takes nothing more. */
  isLeaving = false;
  #worksInHand = 0;

  constructor(control: ModuleControl, options: ProgrammerOptions) {
    this.control = control;
    this.options = options;
    const { framing, dialect } = options;
    const onResponse = (): void => this.#sayMoreLater();
    this.voice = new FirehoseVoice((message) => control.send(message), { framing, dialect, onResponse });
  }

  /** It does not listen for so long; then comes what `done` says. */
  workFor(durationMs: number, done: () => void): void {
    this.#worksInHand += 1;
    this.control.setBusy(true);
    this.control.after(durationMs, () => {
      done();
      this.voice.flush();
      this.#worksInHand -= 1;
      this.control.setBusy(this.#worksInHand > 0);
    });
  }

  #sayMoreLater(): void {
    const { lateLog } = this.options.faults;
    if (lateLog !== undefined) this.workFor(lateLog.delayMs, () => this.log(LATE_LOG));
  }

  /** The host may send the raw bytes of a `<program>`. */
  askForRaw(): void {
    this.answer('ACK', { rawmode: 'true' });
    if (this.options.faults.lateLog?.inRawData) this.#sayMoreLater();
  }

  log(text: string): void {
    this.voice.log(text);
  }

  /** The stray bracket is the programmer's own. */
  logRegion({ startSector, sectorCount }: Region): void {
    this.log(`start_sector = ${startSector} and num_partition_sectors =0x${sectorCount.toString(16)})`);
  }

  answer(verdict: Verdict, attributes: ResponseAttributes = { rawmode: 'false' }): void {
    this.voice.respond(verdict, attributes);
  }

  /** The end of a command that worked, unless a fault says that it did not. */
  finish(attributes?: ResponseAttributes): void {
    if (this.refusal?.phase === 'end') this.refuse('Failed to run the last command', HANDLE_PROGRAM_FAILURE);
    else this.answer('ACK', attributes);
  }

  refuse(log: string, afterwards?: string): void {
    this.log(log);
    const attempt = this.refusal?.form;
    this.answer('NAK', {
      rawmode: 'false',
      ...(attempt === undefined || attempt === 'plain' ? {} : { [ATTEMPTS[attempt]]: '1' }),
    });
    if (afterwards !== undefined) this.log(afterwards);
  }
}

const ATTEMPTS = { 'attempt-retry': 'AttemptRetry', 'attempt-restart': 'AttemptRestart' } as const;
