/** A signal that ended the work: the reason an AbortSignal carries, so that the exit code can say which it was. */
import { constants } from 'node:os';

export type InterruptingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export class Interruption extends Error {
  /** What shells make of a signal: 128 and its number. */
  readonly exitCode: number;

  constructor(name: InterruptingSignal) {
    super(`interrupted by ${name}`);
    this.exitCode = 128 + constants.signals[name];
  }
}
