/** The machine around one modem, as an attempt sees it: made ready, as it was before, and the modem's power. */
import { ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { ProcessTable } from '../process-table.ts';
import type { OnBus } from '../transport/door.ts';
import { judgeAhead } from './judge-ahead.ts';
import { makeReady, type RouterFailure } from './make-ready.ts';
import type { PowerFailure } from './power/power-cycle.ts';
import { renewPower } from './power/renew-power.ts';
import type { GatherPorts } from './preflight/gather-facts.ts';
import { CHECKS, type Check } from './preflight/preflight.ts';
import { type ServicePorts, type StoppedServices, startLeftStopped } from './services/stop-services.ts';
import { type UplinkCost, uplinkCost } from './uplink-cost.ts';

export type Surroundings = {
  /** Runs `work`; what is stopped meanwhile is started again when the outermost work has ended, however it ends. */
  readonly around: <T>(work: () => Promise<T>) => Promise<T>;
  /** Long before: what would refuse it now. Nothing is changed; where it is ready already, nothing is asked. */
  readonly judgeAhead: (wish: {
    readonly packageOutlivesReboot: boolean;
    readonly accepted: readonly Check[];
  }) => Promise<Result<void, RouterFailure>>;
  /** Before a modem leaves normal mode, inside `around`. Where it is ready already, nothing is done. */
  readonly makeReady: (wish: {
    readonly packageOutlivesReboot: boolean;
    readonly accepted: readonly Check[];
  }) => Promise<Result<void, RouterFailure>>;
  /**
   * For a modem that has left it already: no check but other flashers keeps anybody from helping it, and with
   * `goesOnRegardless` (its flash was touched, or nothing is written) no service that does not stop.
   */
  readonly makeReadyToFinish: (wish: {
    readonly goesOnRegardless: boolean;
  }) => Promise<Result<void, RouterFailure>>;
  /** What the way to the repository costs; null where it is like any other, or none is asked. */
  readonly uplinkCost: (isRoaming: () => Promise<boolean>) => Promise<UplinkCost | null>;
  /** Starts what runs that died had stopped; with `isGoingOn` what they had stopped for this modem stays stopped. */
  readonly startLeftStopped: (wish: { readonly isGoingOn: boolean }) => Promise<void>;
  /**
   * Takes the modem's power away and gives it back, once for as long as this lives. False where there is no way; it
   * fails only where the modem is left without power.
   */
  readonly renewPower: () => Promise<Result<boolean, PowerFailure>>;
};

export type SurroundingPorts = Omit<GatherPorts, 'ownPid'> & {
  readonly stateDir: string;
  readonly processTable: ProcessTable;
  readonly clock: Clock;
  readonly onNote: (note: string) => void;
};

export type Surrounded = {
  readonly modemKey: string;
  readonly onBus: OnBus | null;
  /** Null where no repository is asked. */
  readonly repositoryUrl: string | null;
  readonly throughInterface: string | null;
};

export function surroundingsOf(modem: Surrounded, ports: SurroundingPorts): Surroundings {
  let depth = 0;
  let stopped: StoppedServices | null = null;
  let isPowerRenewed = false;

  const ready = async (wish: {
    readonly packageOutlivesReboot: boolean;
    readonly accepted: readonly Check[];
    readonly goesOnRegardless: boolean;
  }): Promise<Result<void, RouterFailure>> => {
    if (depth === 0) throw new Error('made ready with nobody to put it back');
    if (stopped !== null) return ok();
    const { modemKey, onBus, repositoryUrl, throughInterface } = modem;
    const made = await makeReady(
      {
        ...wish,
        modemKey,
        modem: (await onBus?.look()) ?? null,
        isBehindRelay: onBus === null,
        repositoryUrl,
        throughInterface,
      },
      { ...ports, ownPid: ports.processTable.ownPid },
      servicePorts(ports),
    );
    if (made.ok) stopped = made.value;
    return made.ok ? ok() : made;
  };

  return {
    around: async (work) => {
      depth += 1;
      try {
        return await work();
      } finally {
        depth -= 1;
        if (depth === 0) {
          const own = stopped;
          stopped = null;
          await own?.startAgain();
        }
      }
    },
    judgeAhead: async (wish) => {
      // For a modem that is helped all the same: what was let through then is let through now.
      if (stopped !== null) return ok();
      const { onBus, repositoryUrl, throughInterface } = modem;
      const asked = { ...wish, repositoryUrl, throughInterface, modem: (await onBus?.look()) ?? null };
      return judgeAhead(asked, { ...ports, ownPid: ports.processTable.ownPid });
    },
    makeReady: (wish) => ready({ ...wish, goesOnRegardless: false }),
    makeReadyToFinish: ({ goesOnRegardless }) =>
      ready({ packageOutlivesReboot: true, accepted: CHECKS, goesOnRegardless }),
    uplinkCost: async (isRoaming) => {
      const { onBus, repositoryUrl, throughInterface } = modem;
      const wish = { repositoryUrl, throughInterface, packageOutlivesReboot: true };
      const gathering = { ...ports, ownPid: ports.processTable.ownPid };
      return uplinkCost({ ...wish, modem: (await onBus?.look()) ?? null }, gathering, isRoaming);
    },
    startLeftStopped: async ({ isGoingOn }) => {
      const exceptFor = isGoingOn ? modem.modemKey : null;
      const started = await startLeftStopped({ exceptFor }, servicePorts(ports));
      if (started.length > 0)
        ports.onNote(`started again what a run that died had stopped: ${started.join(', ')}`);
    },
    renewPower: async () => {
      if (isPowerRenewed) return ok(false);
      const renewed = await renewPower(modem.onBus?.paths ?? [], ports);
      isPowerRenewed = !renewed.ok || renewed.value.isTried;
      return renewed.ok ? ok(renewed.value.isRenewed) : renewed;
    },
  };
}

function servicePorts(ports: SurroundingPorts): ServicePorts {
  const { stateDir, machine, processTable, clock, onNote } = ports;
  return { stateDir, machine, processTable, clock, onNote };
}
