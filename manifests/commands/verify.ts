import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { nameOfLocation, type RepositoryLocation } from '../store/location.ts';
import { type Audit, auditModel } from '../verify/audit-model.ts';
import { eachModel, failFirst } from './each-model.ts';
import { type ModelFlags, modelsFlag, openModels, readablePositional, rootFlag } from './model-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { progressOn } from './progress.ts';

type Flags = ModelFlags & { readonly json: boolean };

export const verify = buildCommand<Flags, [RepositoryLocation], RepoContext>({
  async func(flags, location) {
    const opened = await openModels(this, flags, location);
    if (!opened.ok) return fail(this, flags, opened.failure);
    const { base, get, rootText, models } = opened.value;
    const show = progressOn(this, flags);
    if (models.length === 0)
      return fail(this, flags, { reason: 'no-models', where: nameOfLocation(location) });
    const { done: audits, failed } = await eachModel(models, (model) =>
      auditModel({ base, model, rootText }, get, (done, total) => show(`verifying ${model}`, done, total)),
    );
    const defects = audits.flatMap((audit) => audit.defects);
    const found = defects.map(({ where, sentence }) => `${where}: ${sentence}`);
    const sound = audits.filter((audit) => audit.defects.length === 0).map(summary);
    const text = [...sound, ...found].join('\n');
    const failure = failFirst(this, flags, failed, { json: { defects, audits }, text });
    if (failure !== undefined) return failure;
    if (defects.length > 0) {
      if (!flags.json) this.process.stdout.write(`${text}\n`);
      return fail(
        this,
        flags,
        { reason: 'repository-defective', count: defects.length },
        { defects, audits },
      );
    }
    const json = { audits, ...(audits.length === 1 ? audits[0] : {}) };
    succeed(this, flags, { json, text });
  },
  parameters: {
    positional: readablePositional,
    flags: {
      root: rootFlag,
      model: modelsFlag('audit'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Audit a repository from its root down to the last chunk of each package',
    fullDescription:
      'Without --model it audits the models that the repository lists. Nobody vouches for that list: that a model is there, and sound, is proved by asking for it with --model.',
    customUsage: [
      {
        input: 'https://fw.example --root keys/1.root.json --model quectel/ec25euga-m4g',
        brief: 'Exit 65 on any defect',
      },
      { input: '/srv/mirror --root keys/1.root.json', brief: 'All models of a mirror' },
    ],
  },
});

function summary({
  model,
  versions,
  releases,
  notCarried,
  targetCount,
  chunkCount,
  storedBytes,
}: Audit): string {
  const roles = Object.entries(versions).map(([role, version]) => `${role} ${version}`);
  const listed = releases.length + notCarried.length;
  const count =
    notCarried.length === 0 ? `${listed} releases` : `${releases.length} of ${listed} releases are here`;
  return [
    `verified ${model}: ${count}, ${targetCount} targets, ${chunkCount} chunks, ${megabytes(storedBytes)}`,
    `  metadata  ${roles.join(', ')}`,
    ...releases.map((version) => `  release   ${version}`),
    ...notCarried.map((version) => `  not here  ${version}`),
  ].join('\n');
}
