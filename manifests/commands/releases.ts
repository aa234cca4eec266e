import { buildCommand } from '@stricli/core';
import type { ModelId } from '../../shared/model.ts';
import { ok } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import { type ListedRelease, listReleases } from '../repository/list-releases.ts';
import { readVerifiedModel } from '../repository/verified-model.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { eachModel, failFirst } from './each-model.ts';
import { type ModelFlags, modelsFlag, openModels, readablePositional, rootFlag } from './model-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';

type Flags = ModelFlags & { readonly json: boolean };
type OfModel = { readonly model: ModelId; readonly releases: readonly ListedRelease[] };

export const releases = buildCommand<Flags, [RepositoryLocation], RepoContext>({
  async func(flags, location) {
    const opened = await openModels(this, flags, location);
    if (!opened.ok) return fail(this, flags, opened.failure);
    const { base, get, rootText, models } = opened.value;
    const { done: listed, failed } = await eachModel(models, async (model) => {
      const verified = await readVerifiedModel({ base, model, rootText }, get);
      if (!verified.ok) return verified;
      const found = await listReleases(verified.value, this.nowMs());
      return found.ok ? ok({ model, releases: found.value }) : found;
    });
    const text = listed.flatMap(lines).join('\n');
    const failure = failFirst(this, flags, failed, { json: { models: listed }, text });
    if (failure !== undefined) return failure;
    succeed(this, flags, { json: { models: listed }, text: text || 'No models.' });
  },
  parameters: {
    positional: readablePositional,
    flags: {
      root: rootFlag,
      model: modelsFlag('list'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'List what is published, newest first, and to whom it is offered; verified from the root',
    customUsage: [{ input: 'https://fw.example --root keys/1.root.json', brief: '' }],
  },
});

function lines({ model, releases: found }: OfModel): readonly string[] {
  return [
    model,
    ...found.map(({ version, releasedOn, storedBytes, offered }) => {
      const size = megabytes(storedBytes).padStart(9);
      return `  ${version.padEnd(36)} ${releasedOn}  ${size}  ${offered}`;
    }),
  ];
}
