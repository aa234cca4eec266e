/** Where the package of an attempt comes from: the repository, or a directory or zip at hand. */
import type { Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import type { Stage } from '../stage/stage.ts';
import type { FlashPorts } from './attempt.ts';
import type { ReleaseDocuments } from './documents.ts';
import type { Origin } from './journal.ts';

export type StagedRelease = {
  readonly stage: Stage;
  readonly documents: ReleaseDocuments;
  /** Bytes that came over the network. */
  readonly fetchedBytes: number;
  /** Directory on a disk that holds the package too; null where none does. */
  readonly copy: string | null;
};

export type PackageOrigin = {
  /** What the journal keeps, so that the next run finds the package again. */
  readonly recorded: Origin;
  /** Whether it lies on a disk, wherever it is staged: then a reboot does not lose it. */
  readonly isOnDisk: boolean;
  /**
   * Brings the whole package into a stage, at the place that is `wanted`; where that fails the stage is set aside.
   * `onCost` hears how many bytes came over the network, also where it fails; what requests for nothing are charged
   * is the budget's alone.
   */
  readonly stage: (
    order: { readonly wanted: string; readonly onCost: (fetchedBytes: number) => Promise<unknown> },
    ports: FlashPorts,
    signal: AbortSignal,
  ) => Promise<Result<StagedRelease, UpdateFailure>>;
  /** Brings what a stage lacks of a package that is known; answers how many bytes came over the network. */
  readonly refill: (
    stage: Stage,
    documents: ReleaseDocuments,
    ports: FlashPorts,
    signal: AbortSignal,
  ) => Promise<Result<number, UpdateFailure>>;
};
