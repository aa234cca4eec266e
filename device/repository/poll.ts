/** The one request of a poll (shared/poll.ts). */
import { POLL_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { type PollAnswer, pollAnswerSchema } from '../../shared/poll.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { askRepository, type Repository } from './ask-repository.ts';
import { SHOWN_MAX_CHARS } from './limits.ts';
import type { TrustFailure } from './trust-failure.ts';

export type PollQuestion = {
  readonly model: ModelId;
  readonly rootVersion: number;
  /** 0 asks for everything. */
  readonly timestampVersion: number;
};

export type Polled = { readonly answer: PollAnswer; readonly dateMs: number | null };

/** Null where nobody answers polls: a static file server, or a repository that does not know the model. */
export async function poll(
  repository: Repository,
  { model, rootVersion, timestampVersion }: PollQuestion,
  signal: AbortSignal,
): Promise<Result<Polled | null, TrustFailure>> {
  const path = `/v1/models/${model}/poll?root=${rootVersion}&timestamp=${timestampVersion}`;
  const answer = await askRepository(repository, { path, maxBytes: POLL_MAX_BYTES }, signal);
  if (!answer.ok) return answer;
  if (answer.value === null) return ok(null);
  const parsed = parseAnswer(answer.value.bytes);
  if (!parsed.ok) return err({ reason: 'answer-unreadable', url: repository.url, problem: parsed.failure });
  return ok({ answer: parsed.value, dateMs: answer.value.dateMs });
}

function parseAnswer(bytes: Uint8Array): Result<PollAnswer, string> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return err('not JSON');
  }
  const parsed = pollAnswerSchema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err(`${issue?.path.join('.')}: ${issue?.message}`.slice(0, SHOWN_MAX_CHARS));
}
