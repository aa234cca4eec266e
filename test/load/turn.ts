/**
 * A device's turn. One that is up to date polls, and is told nothing. One that is behind polls, gets the metadata it
 * lacks, reads the release's targets, takes ranges of chunks, and reports what became of it.
 */
import type { ModelId } from '../../shared/model.ts';
import { pollAnswerSchema } from '../../shared/poll.ts';
import { type SimulatedDevice, signedReport } from './device.ts';
import { RANGE_BYTES, RANGES_PER_DEVICE } from './limits.ts';
import type { Answered, Asked, Kind, Send } from './send.ts';
import { addError, type Tally } from './tally.ts';
import { ADDRESS_FIELD, KIND_FIELD } from './wire.ts';

/** What there is to fetch: paths below `/v1`. */
export type Offer = {
  /** The release is this model's; what devices of all models take chunks of. */
  readonly original: ModelId;
  readonly targetPaths: readonly string[];
  readonly chunkPaths: readonly string[];
};

export type Turn = {
  readonly device: SimulatedDevice;
  readonly isBehind: boolean;
  readonly offer: Offer;
  readonly send: Send;
  readonly tally: Tally;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
};

/** Never rejects: what goes wrong is in the tally. */
export async function takeTurn(turn: Turn): Promise<void> {
  const { device, isBehind, offer } = turn;
  const poll = `/v1/models/${device.model}/poll?root=1&timestamp=${device.timestamp}`;
  if (!isBehind) return ask(turn, { kind: 'poll-unchanged', path: poll }, refuseNews);
  await ask(turn, { kind: 'poll-news', path: poll }, refuseOldNews);
  for (const path of offer.targetPaths) await ask(turn, { kind: 'target', path }, refuseUnless(200));
  for (const path of chunksOf(turn)) {
    const headers = { range: `bytes=0-${RANGE_BYTES - 1}` };
    await ask(turn, { kind: 'chunk-range', path, headers }, refuseUnless(206));
  }
  const report = await signedReport(device, { model: offer.original }, turn.nowMs());
  const delivery = { kind: 'report', method: 'POST', path: '/v1/telemetry', ...report } as const;
  await ask(turn, delivery, refuseUnless(202));
}

/** Different chunks for different devices, the same for the same one. */
function chunksOf({ device, offer: { chunkPaths } }: Turn): readonly string[] {
  const first = Number.parseInt(device.deviceId.slice(0, 8), 16);
  return Array.from(
    { length: RANGES_PER_DEVICE },
    (_, i) => chunkPaths[(first + i) % chunkPaths.length] ?? '/v1/chunks/none',
  );
}

type Refuse = (answer: Answered) => string | null;

async function ask(
  { device, send, tally, elapsedMs }: Turn,
  asked: { readonly kind: Kind; readonly path: string } & Partial<Asked>,
  refuse: Refuse,
): Promise<void> {
  const of = tally[asked.kind];
  const headers = { ...asked.headers, [KIND_FIELD]: asked.kind, [ADDRESS_FIELD]: device.address };
  const startedMs = elapsedMs();
  try {
    const answer = await send({ method: 'GET', ...asked, headers });
    of.latenciesMs.push(elapsedMs() - startedMs);
    const refused = refuse(answer);
    if (refused !== null) addError(of, `${asked.path}: ${refused}`);
  } catch (error) {
    addError(of, `${asked.path}: ${String(error)}`);
  }
}

function refuseUnless(status: number): Refuse {
  return (answer) => (answer.status === status ? null : `HTTP ${answer.status}`);
}

function refuseNews(answer: Answered): string | null {
  if (answer.status !== 200) return `HTTP ${answer.status}`;
  return readPoll(answer)?.timestamp === undefined ? null : 'was told news';
}

function refuseOldNews(answer: Answered): string | null {
  if (answer.status !== 200) return `HTTP ${answer.status}`;
  const poll = readPoll(answer);
  const isWhole = [poll?.timestamp, poll?.snapshot, poll?.targets, poll?.rollout].every(
    (file) => file !== undefined,
  );
  return isWhole ? null : 'lacks metadata';
}

function readPoll({ body }: Answered) {
  return pollAnswerSchema.safeParse(JSON.parse(new TextDecoder().decode(body))).data;
}
