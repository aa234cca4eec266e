import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { type Audit, auditModel } from '../verify/audit-model.ts';
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
    const audits: Audit[] = [];
    for (const model of models) {
      const audit = await auditModel({ base, model, rootText }, get, (done, total) =>
        show(`verifying ${model}`, done, total),
      );
      if (!audit.ok) return fail(this, flags, audit.failure, { model, audits });
      audits.push(audit.value);
    }
    const defects = audits.flatMap((audit) => audit.defects);
    if (defects.length > 0) {
      const lines = defects.map(({ where, sentence }) => `${where}: ${sentence}\n`).join('');
      if (!flags.json) this.process.stdout.write(lines);
      return fail(
        this,
        flags,
        { reason: 'repository-defective', count: defects.length },
        { defects, audits },
      );
    }
    const json = { audits, ...(audits.length === 1 ? audits[0] : {}) };
    succeed(this, flags, { json, text: audits.map(summary).join('\n') || 'No models.' });
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
