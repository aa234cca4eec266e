/** A repository that is read from its root: which root, which models. */

import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { type OpenRepository, openForReading, readableFlag } from './location-flags.ts';
import { locationArgument, modelArgument, storeArgument, textArgument } from './parsers.ts';
import { readRoot } from './read-root.ts';

export type ModelFlags = { readonly root: string; readonly model?: readonly ModelId[] };

export const rootFlag = {
  kind: 'parsed',
  parse: textArgument,
  brief: 'Root of trust, e.g. keys/1.root.json',
  placeholder: 'file',
} as const;

export const catalogueFlag = {
  kind: 'parsed',
  parse: textArgument,
  brief: 'Catalogue directory; else the one that comes with cistern-repo',
  placeholder: 'dir',
  optional: true,
} as const;

/** `deed`: what is done to each of them. */
export const modelsFlag = (deed: string) =>
  ({
    kind: 'parsed',
    parse: modelArgument,
    brief: `Model to ${deed}; may be given several times; else all`,
    placeholder: 'id',
    optional: true,
    variadic: true,
  }) as const;

export const readablePositional = {
  kind: 'tuple',
  parameters: [{ parse: locationArgument, brief: readableFlag.brief, placeholder: 'where' }],
} as const;

export const storePositional = {
  kind: 'tuple',
  parameters: [
    {
      parse: storeArgument,
      brief: 'The repository: a directory, s3://bucket/prefix or r2://bucket/prefix',
      placeholder: 'where',
    },
  ],
} as const;

export async function openModels(
  context: RepoContext,
  flags: ModelFlags,
  location: RepositoryLocation,
): Promise<
  Result<
    Pick<OpenRepository, 'base' | 'get'> & { readonly rootText: string; readonly models: readonly ModelId[] },
    RepoFailure
  >
> {
  const rootText = await readRoot(flags.root);
  if (!rootText.ok) return rootText;
  const opened = await openForReading(context, location);
  if (!opened.ok) return opened;
  const models = flags.model === undefined ? await opened.value.listModels() : ok(flags.model);
  if (!models.ok) return models;
  const { base, get } = opened.value;
  return ok({ base, get, rootText: rootText.value, models: models.value });
}
