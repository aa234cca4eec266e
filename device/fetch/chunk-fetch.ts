/** What fetching one chunk needs, and how its part is kept. */
import type { Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { Http } from '../http/http.ts';
import type { Stage } from '../stage/stage.ts';
import { checkStageProof } from '../stage/stage-proof.ts';
import type { Budget } from './budget.ts';
import type { ChunkBases } from './chunk-bases.ts';
import type { FetchFailure } from './fetch-failure.ts';
import type { PartFile } from './part-file.ts';
import type { PartMemories } from './part-memories.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Tally } from './tally.ts';

export type ChunkFetch = {
  readonly stage: Stage;
  readonly bases: ChunkBases;
  readonly http: Http;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tally: Tally;
  readonly silenceMs: number;
  readonly requestMaxMs: number;
  /** How long one chunk may take of a mirror. */
  readonly mirrorChunkMaxMs: number;
  readonly budget: Budget;
  readonly rateLimit: RateLimit;
  readonly memories: PartMemories;
  /** For people: what is worth knowing while it goes on. */
  readonly onNote: (note: string) => void;
};

/** Written down for the next run. */
export async function keepPart(part: PartFile, fetch: ChunkFetch): Promise<Result<void, FetchFailure>> {
  const proved = await proveStage(fetch);
  if (proved.ok) await part.save();
  return proved;
}

/** Before anything is written: a stage that has lost its mount would fill the router's own disk. */
export function proveStage({ stage }: ChunkFetch): Promise<Result<void, FetchFailure>> {
  return checkStageProof(stage.proof, stage.platform);
}
