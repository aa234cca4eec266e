/** The catalogue's two resources as handlers. */
import type { ModelId } from '../../shared/model.ts';
import { jsonAnswer, readQuery, SHORT, whenOk } from '../http/answer.ts';
import { readModelRow } from '../store/model-rows.ts';
import { answerModels, modelsQuerySchema } from './answer-models.ts';

export function getModels(db: D1Database, request: Request): Promise<Response | null> {
  return whenOk(readQuery(request.url, modelsQuerySchema), async (query) =>
    jsonAnswer(await answerModels(db, query), SHORT),
  );
}

export async function getModel(db: D1Database, model: ModelId): Promise<Response | null> {
  return jsonAnswer(await readModelRow(db, model), SHORT);
}
