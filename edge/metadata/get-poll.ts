/** The poll as a handler: query in, JSON out. */
import type { ModelId } from '../../shared/model.ts';
import { jsonAnswer, readQuery, SHORT, whenOk } from '../http/answer.ts';
import { answerPoll } from './poll.ts';
import { pollQuerySchema } from './poll-query.ts';
import type { MetadataRepository } from './repository.ts';

export function getPoll(
  repository: MetadataRepository,
  model: ModelId,
  request: Request,
): Promise<Response | null> {
  return whenOk(readQuery(request.url, pollQuerySchema), async (query) =>
    jsonAnswer(await answerPoll(repository, model, query), SHORT),
  );
}
