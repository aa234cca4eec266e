/** What every PUT of the operator answers: 201 stored, 200 the same was there, 409 something else was. */
import type { Result } from '../../shared/result.ts';
import { jsonAnswer, NEVER } from '../http/answer.ts';
import { problemResponse, type Refusal } from '../http/problem.ts';
import type { PutOutcome } from '../store/put-once.ts';

export function putAnswer(name: string, result: Result<PutOutcome, Refusal>): Response | null {
  if (!result.ok) return problemResponse(result.failure);
  if (result.value === 'different') {
    const detail = `${name} is stored with other bytes, and what is stored is never replaced.`;
    return problemResponse({ reason: 'already-exists', detail });
  }
  const isNew = result.value === 'stored';
  return jsonAnswer({ name, stored: isNew }, NEVER, isNew ? 201 : 200);
}
