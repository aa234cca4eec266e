/** `/v1/compatibility` as handlers: one question by GET, a batch by POST. */
import type { ModelId } from '../../shared/model.ts';
import { jsonAnswer, NEVER, readQuery, SHORT, whenOk } from '../http/answer.ts';
import { readJson } from '../http/body.ts';
import { QUESTION_MAX_BYTES } from '../limits.ts';
import { type ModelRow, readModelRow } from '../store/model-rows.ts';
import type { Answer } from './answer.ts';
import { answerCompatibility } from './answer-compatibility.ts';
import { batchSchema, questionSchema } from './question.ts';

export function getCompatibility(db: D1Database, request: Request): Promise<Response | null> {
  return whenOk(readQuery(request.url, questionSchema), async (question) =>
    jsonAnswer(await answerCompatibility(question, (model) => readModelRow(db, model)), SHORT),
  );
}

export async function postCompatibility(db: D1Database, request: Request): Promise<Response | null> {
  return whenOk(await readJson(request, batchSchema, QUESTION_MAX_BYTES), async ({ questions }) => {
    const readModel = onceEach(db);
    const answers: Answer[] = [];
    for (const question of questions) answers.push(await answerCompatibility(question, readModel));
    return jsonAnswer({ answers }, NEVER);
  });
}

/** Each model is read once a batch: a fleet asks a hundred times about two models. */
function onceEach(db: D1Database): (model: ModelId) => Promise<ModelRow | null> {
  const read = new Map<ModelId, Promise<ModelRow | null>>();
  return (model) => {
    const row = read.get(model) ?? readModelRow(db, model);
    read.set(model, row);
    return row;
  };
}
