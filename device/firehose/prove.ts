/** That flash holds what was programmed: by the modem's digest where it has one, else by its bytes (decision 0022). */
import type { PlannedProgram } from '../../shared/flash-plan.ts';
import { ok, type Result } from '../../shared/result.ts';
import { bootSectorOf } from '../../shared/storage.ts';
import { type CompareOptions, compareFile } from './compare.ts';
import { digestProves, type RunningSha256 } from './digest.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import type { ImageSource } from './image.ts';
import type { FirehoseLink } from './link.ts';
import type { ConfiguredProgrammer } from './start.ts';

export class Prover {
  readonly #link: FirehoseLink;
  readonly #newSha256: () => RunningSha256;
  #hasDigest: boolean;

  constructor(
    link: FirehoseLink,
    { functions }: Pick<ConfiguredProgrammer, 'functions'>,
    newSha256: () => RunningSha256,
  ) {
    this.#link = link;
    this.#newSha256 = newSha256;
    this.#hasDigest = functions.includes('getsha256digest');
  }

  /** `read-back-differs` is always said of bytes. */
  async prove<E>(
    program: PlannedProgram,
    source: ImageSource<E>,
    options: CompareOptions,
  ): Promise<Result<void, FirehoseFailure | E>> {
    // The boot partition by its bytes, whatever is offered: it decides whether the modem can be reached again.
    if (program.startSector === bootSectorOf(options.storage) || !this.#hasDigest)
      return compareFile(this.#link, program, source, options);
    const sha256 = this.#newSha256();
    const proved = await digestProves(this.#link, program, source, { ...options, sha256 });
    if (!proved.ok) return proved;
    if (proved.value) return ok();
    // It means something else by it, or does not know it after all, or flash differs: bytes say which.
    this.#hasDigest = false;
    return compareFile(this.#link, program, source, options);
  }
}
