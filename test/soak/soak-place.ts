/**
 * Where one soak run stages, on a disk or in memory, and what a kill leaves of it to the next. In memory that is a stage
 * whose process is gone; who may not mount has it in shared memory.
 */
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemProcesses } from '../../device/process-table.ts';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import { diskStageDirectory } from '../../device/stage/prepare-disk-stage.ts';
import { prepareStage } from '../../device/stage/prepare-stage.ts';
import type { Stage } from '../../device/stage/stage.ts';
import { must } from '../support/must.ts';

export type SoakPlace = {
  readonly stage: Stage;
  /** Where what lies in the stage at the moment of a kill is copied to. */
  readonly survivor: string;
  /** The stage as a kill left it, at another place. */
  readonly afterKill: () => Promise<SoakPlace>;
  readonly end: () => Promise<void>;
};

export type SoakPlaceKind = 'disk' | 'memory';

type Wanted = {
  readonly kind: SoakPlaceKind;
  readonly neededBytes: number;
  /** Below which places are made. */
  readonly directory: string;
};

const COPY_TRIES_MAX = 20;
const never = new AbortController().signal;

export async function openPlace(wanted: Wanted): Promise<SoakPlace> {
  return placeAt(await mkdtemp(join(wanted.directory, 'soak-')), null, wanted);
}

/** `found`: the stage that a killed run left there. */
async function placeAt(here: string, found: string | null, wanted: Wanted): Promise<SoakPlace> {
  const next = await mkdtemp(join(wanted.directory, 'soak-'));
  const stage = await prepareAt(here, wanted, process.pid);
  if (found !== null && stage.directory !== found) throw new Error(`${found} was not taken up`);
  const left = wanted.kind === 'memory' ? await prepareAt(next, wanted, DEAD_PROCESS) : null;
  const survivor = left?.directory ?? diskStageDirectory(next, nameOf(next));
  const forget = async () => {
    await stage.release();
    await rm(here, { recursive: true, force: true });
  };
  return {
    stage,
    survivor,
    afterKill: async () => {
      await forget();
      return placeAt(next, survivor, wanted);
    },
    end: async () => {
      await forget();
      await left?.release();
      await rm(next, { recursive: true, force: true });
    },
  };
}

const DEAD_PROCESS = 999_999_999;

async function prepareAt(own: string, { kind, neededBytes }: Wanted, ownPid: number): Promise<Stage> {
  const memoryPlaces = { ...nodePlatform.memoryPlaces, own };
  const platform = { ...nodePlatform, memoryPlaces, processes: { ...systemProcesses, ownPid } };
  const wanted = kind === 'disk' ? own : 'auto';
  return must(await prepareStage({ wanted, neededBytes, name: nameOf(own), platform }, never));
}

const nameOf = (own: string) => basename(own);

/** At once, between two turns of this process; what its threads are writing may be half there, as at a kill. */
export function copyStage(from: string, to: string): void {
  for (let tries = 0; tries < COPY_TRIES_MAX; tries++) {
    try {
      cpSync(from, to, { recursive: true, force: true });
      return;
    } catch {
      // A part took its chunk's name between the listing and the copy.
    }
  }
  throw new Error(`${from} could not be copied`);
}
