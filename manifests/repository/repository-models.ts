/** Which models a repository has: asked for where somebody answers, else read from the list that mirrors carry. */
import * as z from 'zod';
import { fromUtf8 } from '../../shared/bytes.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { HttpFailure } from '../http/client.ts';
import { MODEL_LIST_MAX_BYTES, MODEL_LIST_PAGES_MAX } from '../limits.ts';
import type { Get } from './metadata-fetcher.ts';

/** Beside the vendors' directories: a file of the name of a directory could not stand there. */
export const MODEL_INDEX_KEY = 'models/index.json';

export type ModelListFailure = HttpFailure | { readonly reason: 'models-not-listed'; readonly url: string };

/** The page a Worker answers; of a model, only its id is of interest here. */
const pageSchema = z.object({
  models: z.array(z.object({ model: z.string() })),
  next: z.string().nullable(),
});

/** Not signed: who holds a model back from the list is found out by who asks for it by name. */
export async function listRepositoryModels(
  base: string,
  get: Get,
): Promise<Result<readonly ModelId[], ModelListFailure>> {
  const models = new Set<ModelId>();
  let path: string | null = '/v1/models';
  for (let page = 0; path !== null && page < MODEL_LIST_PAGES_MAX; page++) {
    const url: string = `${base}${path}`;
    const answer = await readPage(url, get);
    if (!answer.ok) return answer;
    if (answer.value === null && page === 0) {
      const index = await readPage(`${base}/v1/${MODEL_INDEX_KEY}`, get);
      if (!index.ok) return index;
      if (index.value === null) return err({ reason: 'models-not-listed', url });
      addModels(models, index.value);
      break;
    }
    if (answer.value === null) return err({ reason: 'models-not-listed', url });
    addModels(models, answer.value);
    path = answer.value.next;
  }
  return ok([...models].sort());
}

export function modelIndexText(models: readonly ModelId[]): string {
  return JSON.stringify({ models: models.map((model) => ({ model })), next: null });
}

function addModels(models: Set<ModelId>, page: z.infer<typeof pageSchema>): void {
  for (const { model } of page.models) {
    const id = parseModelId(model);
    if (id !== null) models.add(id);
  }
}

/** Null where nothing readable is. */
async function readPage(
  url: string,
  get: Get,
): Promise<Result<z.infer<typeof pageSchema> | null, HttpFailure>> {
  const answer = await get(url, MODEL_LIST_MAX_BYTES);
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return ok(null);
  try {
    const page = pageSchema.safeParse(JSON.parse(fromUtf8(answer.value.body) ?? ''));
    return ok(page.success ? page.data : null);
  } catch {
    return ok(null);
  }
}
