/** The things an attempt needs from outside, and how it may end. */

import type { UpdateStep } from '../../shared/telemetry.ts';
import type { Clock } from '../clock.ts';
import type { UpdateFailure } from '../failure.ts';
import type { FetchLimits } from '../fetch/fetch-package.ts';
import type { FetchProgress } from '../fetch/tally.ts';
import type { Http } from '../http/http.ts';
import type { Delivery } from '../report/deliver.ts';
import type { DeviceIdentity } from '../report/device-key.ts';
import type { Verdict } from '../report/verdict.ts';
import type { StagePlatform } from '../stage/platform.ts';
import type { ModemDoor } from '../transport/door.ts';
import type { FlashProgress } from './flash-session.ts';
import type { UpdateTimings } from './limits.ts';
import type { ProcessTable } from './lock.ts';
import type { Considered } from './resolve.ts';

export type UpdatePorts = {
  readonly door: ModemDoor;
  readonly http: Http;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly stagePlatform: StagePlatform;
  readonly processes: ProcessTable;
  readonly timings: UpdateTimings;
  readonly identity: DeviceIdentity;
  readonly stateDir: string;
  readonly repositoryUrl: string;
  /** Where chunks may come from before the repository, and what they may cost. */
  readonly download: {
    readonly mirrors: readonly string[];
    readonly limits: FetchLimits;
    /** Directory on a disk that gets a copy of a stage in memory before EDL; null for none. */
    readonly keepCopyIn: string | null;
  };
  /** Text of the pinned root.json. */
  readonly pinnedRoot: string;
  readonly events: UpdateEvents;
};

/** What a person or a program may want to see while it goes on. */
export type UpdateEvents = {
  readonly onStep: (step: UpdateStep) => void;
  readonly onNote: (note: string) => void;
  readonly onFetch: (progress: FetchProgress) => void;
  readonly onFlash: (progress: FlashProgress) => void;
};

export type UpdateOptions = {
  readonly wanted?: string | undefined;
  readonly channel: 'stable' | 'beta';
  /** `auto`, or a directory on a disk. */
  readonly stage: string;
  /** Asked once everything is staged, before gate 1; false leaves the modem alone. */
  readonly ask: (() => Promise<boolean>) | null;
};

export type UpdateResult =
  | {
      readonly kind: 'up-to-date';
      readonly version: string;
      readonly model: string;
      readonly considered: readonly Considered[];
    }
  /** Nothing was begun: there is no attempt, no journal and no report. */
  | { readonly kind: 'refused'; readonly failure: UpdateFailure }
  | {
      readonly kind: 'attempted';
      readonly verdict: Verdict;
      readonly failure: UpdateFailure | null;
      readonly delivery: Delivery;
    };

/** How an attempt came to its end, before it is put into words. */
export type AttemptEnd = {
  readonly outcome: Verdict['outcome'];
  readonly modemState: Verdict['modemState'];
  readonly failure: UpdateFailure | null;
};

/** False while the next run must go on: no modem in normal mode has had the last word, so it may still need the stage. */
export function isOver({ outcome, modemState }: Pick<AttemptEnd, 'outcome' | 'modemState'>): boolean {
  if (outcome === 'unfinished') return false;
  return outcome !== 'unconfirmed' || modemState === 'normal';
}
