/** Does the same for every model: one that fails stops no other, and each that failed is named. */
import type { ModelId } from '../../shared/model.ts';
import type { Result } from '../../shared/result.ts';
import type { CommandFailure } from '../command-failure.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import { sentenceOf } from '../sentences.ts';
import { fail } from './output.ts';

type Failed = { readonly model: ModelId; readonly failure: RepoFailure };

export type OfModels<T> = { readonly done: readonly T[]; readonly failed: readonly Failed[] };

export async function eachModel<T>(
  models: readonly ModelId[],
  work: (model: ModelId) => Promise<Result<T, RepoFailure>>,
): Promise<OfModels<T>> {
  const done: T[] = [];
  const failed: Failed[] = [];
  for (const model of models) {
    const one = await work(model);
    if (one.ok) done.push(one.value);
    else failed.push({ model, failure: one.failure });
  }
  return { done, failed };
}

/** Ends as the first that failed does, after what the others gave; undefined where none failed. */
export function failFirst(
  context: RepoContext,
  flags: { readonly json: boolean },
  failed: readonly Failed[],
  others: { readonly json: object; readonly text: string },
): CommandFailure | undefined {
  const [first] = failed;
  if (first === undefined) return undefined;
  const listed = failed.map(({ model, failure }) => {
    return { model, reason: failure.reason, sentence: sentenceOf(failure) };
  });
  const lines = listed.map(({ model, sentence }) => `${model}: ${sentence}\n`).join('');
  if (!flags.json && others.text !== '') context.process.stdout.write(`${others.text}\n`);
  if (!flags.json) context.process.stderr.write(lines);
  return fail(context, flags, first.failure, { model: first.model, failed: listed, ...others.json });
}
