/** `GET /models`: what is published, in pages, and on the first one what is known besides. */

import { MODEL_ID_MAX_CHARS } from '../../../shared/limits.ts';
import { knownFamilies } from '../../compatibility/built-in-catalogue.ts';
import { listModelRows } from '../../store/model-rows.ts';
import { MODELS_A_PAGE } from '../limits.ts';
import { pageAnswer } from '../page.tsx';
import { ModelsPage } from './models-page.tsx';

export async function getModels(db: D1Database, request: Request): Promise<Response> {
  const after = (new URL(request.url).searchParams.get('after') ?? '').slice(0, MODEL_ID_MAX_CHARS);
  const listed = await listModelRows(db, { after, limit: MODELS_A_PAGE + 1 });
  const models = listed.slice(0, MODELS_A_PAGE);
  const last = models.at(-1)?.model;
  const next =
    listed.length > MODELS_A_PAGE && last !== undefined
      ? `/models?${new URLSearchParams({ after: last })}`
      : null;
  const families = after === '' ? knownFamilies() : [];
  const content = <ModelsPage models={models} next={next} families={families} isFirst={after === ''} />;
  return pageAnswer({ title: 'Models', place: '/models', content }, { cacheControl: 'public, max-age=60' });
}
