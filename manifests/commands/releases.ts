import { buildCommand } from '@stricli/core';
import type { ModelId } from '../../shared/model.ts';
import type { RepoContext } from '../context.ts';
import { type ListedRelease, listReleases } from '../repository/list-releases.ts';
import { readVerifiedModel } from '../repository/verified-model.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { openForReading, readableFlag } from './location-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { locationArgument, modelArgument, textArgument } from './parsers.ts';
import { readRoot } from './read-root.ts';

type Flags = { readonly root: string; readonly model?: readonly ModelId[]; readonly json: boolean };
type OfModel = { readonly model: ModelId; readonly releases: readonly ListedRelease[] };

export const releases = buildCommand<Flags, [RepositoryLocation], RepoContext>({
  async func(flags, location) {
    const rootText = await readRoot(flags.root);
    if (!rootText.ok) return fail(this, flags, rootText.failure);
    const opened = await openForReading(this, location);
    if (!opened.ok) return fail(this, flags, opened.failure);
    const { base, get } = opened.value;
    const listed = flags.model === undefined ? await opened.value.listModels() : null;
    if (listed !== null && !listed.ok) return fail(this, flags, listed.failure);
    const models: OfModel[] = [];
    for (const model of flags.model ?? (listed?.ok ? listed.value : [])) {
      const verified = await readVerifiedModel({ base, model, rootText: rootText.value }, get);
      if (!verified.ok) return fail(this, flags, verified.failure);
      const found = await listReleases(verified.value, this.nowMs());
      if (!found.ok) return fail(this, flags, found.failure);
      models.push({ model, releases: found.value });
    }
    succeed(this, flags, { json: { models }, text: models.flatMap(lines).join('\n') || 'No models.' });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: locationArgument, brief: readableFlag.brief, placeholder: 'where' }],
    },
    flags: {
      root: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Root of trust, e.g. keys/1.root.json',
        placeholder: 'file',
      },
      model: {
        kind: 'parsed',
        parse: modelArgument,
        brief: 'Model to list; may be given several times; else all',
        placeholder: 'id',
        optional: true,
        variadic: true,
      },
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
