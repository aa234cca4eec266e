/** The things an attempt needs from outside, and how it may end. */

import type { Result } from '../../shared/result.ts';
import type { Report, UpdateStep } from '../../shared/telemetry.ts';
import type { Clock } from '../clock.ts';
import type { UpdateFailure } from '../failure.ts';
import type { FetchLimits } from '../fetch/fetch-package.ts';
import type { FetchProgress } from '../fetch/tally.ts';
import type { Http } from '../http/http.ts';
import type { ProcessTable } from '../process-table.ts';
import type { Delivery } from '../report/deliver.ts';
import type { DeviceIdentity } from '../report/device-key.ts';
import type { PlanDocument } from '../report/plan-document.ts';
import type { Verdict } from '../report/verdict.ts';
import type { Check } from '../router/preflight/preflight.ts';
import type { Surroundings } from '../router/surroundings.ts';
import type { MeteredRule, UplinkCost } from '../router/uplink-cost.ts';
import type { MaintenanceWindow } from '../schedule/window.ts';
import type { StagePlatform } from '../stage/platform.ts';
import type { Stage } from '../stage/stage.ts';
import type { ModemDoor } from '../transport/door.ts';
import type { ReleaseDocuments } from './documents.ts';
import type { FlashProgress } from './flash-session.ts';
import type { UpdateTimings } from './limits.ts';
import type { Considered } from './resolve.ts';

/** What flashing needs, wherever the package comes from. */
export type ModemPorts = {
  readonly door: ModemDoor;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly stagePlatform: StagePlatform;
  readonly processes: ProcessTable;
  readonly timings: UpdateTimings;
  readonly identity: DeviceIdentity;
  /** The machine around the modem: services, power, what would harm the flashing. */
  readonly surroundings: Surroundings;
  readonly stateDir: string;
  readonly events: UpdateEvents;
};

export type RepositoryPorts = {
  readonly http: Http;
  readonly random: () => number;
  readonly repositoryUrl: string;
  /** Goes with reports; absent where any device may report. */
  readonly fleetToken?: string;
  /** Where chunks may come from before the repository, and what they may cost. */
  readonly download: {
    readonly mirrors: readonly string[];
    readonly limits: FetchLimits;
    /** Directory on a disk that gets a copy of a stage in memory before EDL; null for none. */
    readonly keepCopyIn: string | null;
  };
  /** Text of the pinned root.json. */
  readonly pinnedRoot: string;
};

export type UpdatePorts = ModemPorts & RepositoryPorts;

/** What an attempt may want of a repository once it is under way. */
export type Uplink = {
  /** Fetches what a stage lacks; answers how many bytes that cost. */
  readonly fetch: (
    wish: {
      readonly stage: Stage;
      readonly documents: ReleaseDocuments;
      /** Directory on a disk that may hold it too. */
      readonly copy: string | null;
    },
    signal: AbortSignal,
  ) => Promise<Result<number, UpdateFailure>>;
  /** Sends the reports that wait, and these, for which the disk had no room. */
  readonly deliver: (signal: AbortSignal, unspooled: readonly Report[]) => Promise<Delivery>;
};

export type FlashPorts = ModemPorts & { readonly uplink: Uplink };

/** What a person or a program may want to see while it goes on. */
export type UpdateEvents = {
  readonly onStep: (step: UpdateStep) => void;
  readonly onNote: (note: string) => void;
  /** The checked plan, before the point of no return. */
  readonly onPlan: (plan: PlanDocument) => void;
  readonly onFetch: (progress: FetchProgress) => void;
  readonly onFlash: (progress: FlashProgress) => void;
};

export type FlashOptions = {
  /** `auto`, or a directory on a disk. */
  readonly stage: string;
  /** Asked once everything is staged and the plan was shown; false leaves the modem alone. */
  readonly ask: (() => Promise<boolean>) | null;
  /** Checks of the machine that a person lets through. */
  readonly accepted: readonly Check[];
  /** Settings that the new firmware changed are put back by AT commands. */
  readonly restoreSettings: boolean;
};

export type UpdateOptions = FlashOptions & {
  readonly wanted?: string | undefined;
  /** Only what was broken off is brought to its end: no update is begun, also where that one had touched nothing. */
  readonly resumeOnly?: boolean;
  /** When an update that is begun may enter EDL; null at any time. What was broken off is never made to wait. */
  readonly window: MaintenanceWindow | null;
  readonly channel: 'stable' | 'beta';
  /** What an uplink that roams or is metered may be used for. */
  readonly metered: MeteredRule;
  /** Asks a person; null where there is none. */
  readonly askCost: ((cost: UplinkCost, neededBytes: number) => Promise<boolean>) | null;
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
