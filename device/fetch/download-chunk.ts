/** One chunk from one address, over as many requests as it takes, within bounds. */
import { chunkPath } from '../../shared/caibx.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { assertNever, err, ok, type Result } from '../../shared/result.ts';
import type { HttpFailure } from '../http/http.ts';
import { checkChunk, type WantedChunk } from '../stage/chunk-file.ts';
import { backoffMs } from './backoff.ts';
import type { ChunkBase } from './chunk-bases.ts';
import { type ChunkFetch, keepPart } from './chunk-fetch.ts';
import { type Attempt, requestChunk } from './chunk-request.ts';
import type { FetchFailure } from './fetch-failure.ts';
import {
  ATTEMPTS_OF_MIRROR_MAX,
  ATTEMPTS_PER_CHUNK_MAX,
  FRUITLESS_ATTEMPTS_MAX,
  FRUITLESS_ATTEMPTS_OF_MIRROR_MAX,
  RANGES_UNANSWERED_MAX,
  RETRY_AFTER_MAX_MS,
  WRONG_CONTENTS_MAX,
} from './limits.ts';
import type { PartFile } from './part-file.ts';

type Asked = {
  readonly chunk: WantedChunk;
  readonly part: PartFile;
  readonly base: Extract<ChunkBase, { kind: 'http' }>;
};

/** Asks until the part is the chunk. */
export async function downloadChunk(
  asked: Asked,
  fetch: ChunkFetch,
  signal: AbortSignal,
): Promise<Result<void, FetchFailure>> {
  const { chunk, part, base } = asked;
  const { clock, random, tally } = fetch;
  const url = chunkUrl(base.url, chunk.id);
  const keep = () => keepPart(part, fetch);
  const isMirror = base.patience === 'little';
  const attemptsMax = isMirror ? ATTEMPTS_OF_MIRROR_MAX : ATTEMPTS_PER_CHUNK_MAX;
  const fruitlessMax = isMirror ? FRUITLESS_ATTEMPTS_OF_MIRROR_MAX : FRUITLESS_ATTEMPTS_MAX;
  const endsAtMs = isMirror ? clock.elapsedMs() + fetch.mirrorChunkMaxMs : Number.POSITIVE_INFINITY;
  let mayResume = true;
  let rangesUnanswered = 0;
  let fruitless = 0;
  let wrongContents = 0;
  let last: FetchFailure = { reason: 'repository-unreachable', url, code: 'none', attempts: 0 };
  for (let attempts = 1; attempts <= attemptsMax; attempts++) {
    const requestMaxMs = Math.min(fetch.requestMaxMs, endsAtMs - clock.elapsedMs());
    if (requestMaxMs <= 0) return err(last);
    const before = part.sizeBytes();
    const attempt = await requestChunk(
      { ...fetch, ...asked, url, requestMaxMs, mayResume, isMirror, keep },
      signal,
    );
    if (attempt.end === 'complete') {
      const content = checkChunk(part.content(), chunk);
      if (content.ok) return ok();
      last = { ...content.failure, id: chunk.id, file: null };
      const isGivenUp = ++wrongContents >= WRONG_CONTENTS_MAX;
      // What may only have been cut is gone on from, as far as wrong contents are borne at all.
      if (attempt.isEndKnown || isGivenUp) {
        tally.dropped(part.sizeBytes());
        part.restart(null);
      }
      if (isGivenUp) return err(last);
    } else {
      const final = finalFailure(attempt, { id: chunk.id, url, attempts }, fetch);
      if (final !== null) return err(final);
      last = transientFailure(attempt, url, attempts) ?? last;
    }
    const kept = await keep();
    if (!kept.ok) return kept;
    // Others stand in for it, and need not wait.
    if (isMirror && attempt.end === 'busy') return err(last);
    rangesUnanswered = attempt.end === 'range-unanswered' ? rangesUnanswered + 1 : 0;
    const isRangeRefused = attempt.end === 'range-refused' || rangesUnanswered >= RANGES_UNANSWERED_MAX;
    if (attempt.end === 'again' || isRangeRefused) mayResume = false;
    // What the whole meets as well is not for the range: what is there is gone on from, and a refusal costs a request.
    else if (attempt.end === 'broken' && part.sizeBytes() > 0) mayResume = true;
    fruitless = part.sizeBytes() > before ? 0 : fruitless + 1;
    if (fruitless >= fruitlessMax) return err(last);
    await clock.sleep(waitMs(attempt, fruitless, random), signal);
    if (signal.aborted) return err({ reason: 'interrupted' });
  }
  return err(last);
}

/** Failures that another request would only repeat. */
function finalFailure(
  attempt: Exclude<Attempt, { end: 'complete' }>,
  { id, url, attempts }: { readonly id: string; readonly url: string; readonly attempts: number },
  { budget }: ChunkFetch,
): FetchFailure | null {
  switch (attempt.end) {
    case 'refused':
      return { reason: 'chunk-refused', id, url, status: attempt.status };
    case 'too-large':
      return { reason: 'chunk-too-large', id, maxBytes: CHUNK_STORED_MAX_BYTES };
    case 'encoded':
      return { reason: 'chunk-encoded', id, url, encoding: attempt.encoding };
    case 'page':
      return { reason: 'chunk-is-a-page', url };
    case 'over-budget':
      return {
        reason: 'byte-budget-spent',
        fetchedBytes: budget.spentBytes(),
        budgetBytes: budget.budgetBytes,
      };
    case 'busy': {
      const { status, retryAfterMs } = attempt;
      if ((retryAfterMs ?? 0) <= RETRY_AFTER_MAX_MS) return null;
      return { reason: 'repository-busy', url, status, retryAfterMs, attempts };
    }
    case 'broken':
    case 'range-unanswered':
      if (isRefusedByProxy(attempt.failure))
        return { reason: 'repository-unreachable', url, code: attempt.failure.code, attempts };
      return repeatsItself(attempt.failure) ? attempt.failure : null;
    case 'not-kept':
      return attempt.failure;
    case 'again':
    case 'range-refused':
      return null;
    default:
      return assertNever(attempt);
  }
}

/** A 4xx is an answer, a proxy's too. */
function isRefusedByProxy(failure: HttpFailure): failure is Extract<HttpFailure, { reason: 'unreachable' }> {
  return failure.reason === 'unreachable' && failure.code.startsWith('proxy-4');
}

function repeatsItself(failure: HttpFailure): failure is Extract<HttpFailure, FetchFailure> {
  switch (failure.reason) {
    case 'interrupted':
    case 'address-refused':
    case 'interface-not-usable':
    case 'interface-not-the-way':
    case 'proxy-not-usable':
      return true;
    default:
      return false;
  }
}

function transientFailure(attempt: Attempt, url: string, attempts: number): FetchFailure | null {
  if (attempt.end === 'broken' || attempt.end === 'range-unanswered') {
    return { reason: 'repository-unreachable', url, code: codeOfFailure(attempt.failure), attempts };
  }
  if (attempt.end === 'again') {
    return { reason: 'repository-unreachable', url, code: 'wrong-range', attempts };
  }
  if (attempt.end === 'range-refused') {
    return { reason: 'repository-unreachable', url, code: `range-refused-${attempt.status}`, attempts };
  }
  if (attempt.end !== 'busy') return null;
  const { status, retryAfterMs } = attempt;
  return { reason: 'repository-busy', url, status, retryAfterMs, attempts };
}

function codeOfFailure(failure: HttpFailure): string {
  return failure.reason === 'unreachable' ? failure.code : failure.reason;
}

/** What the repository asks for, and jitter on top so that a fleet does not come back as one. */
function waitMs(attempt: Attempt, fruitless: number, random: () => number): number {
  const asked = attempt.end === 'busy' ? (attempt.retryAfterMs ?? 0) : 0;
  return asked + backoffMs(fruitless, random);
}

export function chunkUrl(repositoryUrl: string, id: string): string {
  return `${repositoryUrl.replace(/\/+$/, '')}/v1/chunks/${chunkPath(id)}`;
}
