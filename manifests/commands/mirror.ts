import { buildCommand } from '@stricli/core';
import { ok } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import { type Mirrored, mirrorModel } from '../mirror/mirror-model.ts';
import { openStore, type RepositoryLocation, type StoreLocation } from '../store/location.ts';
import { writeModelIndex } from '../store/write-model-index.ts';
import { eachModel, failFirst } from './each-model.ts';
import { type ModelFlags, modelsFlag, openModels, readablePositional, rootFlag } from './model-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { storeArgument } from './parsers.ts';
import { progressOn } from './progress.ts';

type Flags = ModelFlags & {
  readonly to: StoreLocation;
  readonly json: boolean;
};

export const mirror = buildCommand<Flags, [RepositoryLocation], RepoContext>({
  async func(flags, location) {
    const source = await openModels(this, flags, location);
    if (!source.ok) return fail(this, flags, source.failure);
    const { base, get, rootText, models } = source.value;
    const destination = await openStore(flags.to, this.process.env, this.signal);
    if (!destination.ok) return fail(this, flags, destination.failure);
    const show = progressOn(this, flags);
    const { done: mirrored, failed } = await eachModel(models, (model) =>
      mirrorModel({ base, model, rootText }, get, destination.value, null, (done, total) =>
        show(`mirroring ${model}`, done, total),
      ),
    );
    const index = mirrored.length === 0 ? ok() : await writeModelIndex(destination.value);
    const result = { json: { mirrored }, text: summary(mirrored, destination.value.name) };
    const failure = failFirst(this, flags, failed, result);
    if (failure !== undefined) return failure;
    if (!index.ok) return fail(this, flags, index.failure, { mirrored });
    succeed(this, flags, result);
  },
  parameters: {
    positional: readablePositional,
    flags: {
      to: {
        kind: 'parsed',
        parse: storeArgument,
        brief: 'The mirror: a directory, s3://bucket/prefix or r2://bucket/prefix',
        placeholder: 'where',
      },
      root: rootFlag,
      model: modelsFlag('mirror'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Copy a repository, or some of its models, to where any static file server can serve it',
    fullDescription:
      'Everything is verified from the root on the way, and devices verify it again: a mirror needs no keys and no trust. Run again, it copies what is new. Its timestamp expires as that of the source does (14 days), so run it more often than that.',
    customUsage: [
      { input: 'https://fw.example --to /srv/mirror --root keys/1.root.json', brief: 'All of it' },
      {
        input: '/media/stick --to s3://firmware/v1 --root 1.root.json --model quectel/ec25euga-m4g',
        brief: 'One model from a stick into a bucket that is served as /v1',
      },
    ],
  },
});

function summary(mirrored: readonly Mirrored[], store: string): string {
  const words = { copied: 'copied', 'was-there': 'as it was', 'is-newer': 'left: the mirror is newer' };
  return mirrored
    .map(
      ({ model, releases, copiedChunks, copiedBytes, sharedChunks, metadata }) =>
        `${model}: ${releases} releases; ${copiedChunks} chunks copied (${megabytes(copiedBytes)}), ${sharedChunks} were there; metadata ${words[metadata]}`,
    )
    .concat(`mirrored ${mirrored.length} models to ${store}`)
    .join('\n');
}
