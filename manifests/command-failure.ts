import type { RepoFailure } from './failure.ts';
import { sentenceOf } from './sentences.ts';

/** How a command ends that failed as expected; stricli prints its message and takes its code. */
export class CommandFailure extends Error {
  readonly failure: RepoFailure;

  constructor(failure: RepoFailure) {
    super(sentenceOf(failure));
    this.name = 'CommandFailure';
    this.failure = failure;
  }
}
