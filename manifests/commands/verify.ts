import { buildCommand } from '@stricli/core';
import type { ModelId } from '../../shared/model.ts';
import type { RepoContext } from '../context.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { type Audit, auditModel } from '../verify/audit-model.ts';
import { openForReading, readableFlag } from './location-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { locationArgument, modelArgument, textArgument } from './parsers.ts';
import { progressOn } from './progress.ts';
import { readRoot } from './read-root.ts';

type Flags = { readonly root: string; readonly model?: readonly ModelId[]; readonly json: boolean };

export const verify = buildCommand<Flags, [RepositoryLocation], RepoContext>({
  async func(flags, location) {
    const rootText = await readRoot(flags.root);
    if (!rootText.ok) return fail(this, flags, rootText.failure);
    const opened = await openForReading(this, location);
    if (!opened.ok) return fail(this, flags, opened.failure);
    const { base, get } = opened.value;
    const listed = flags.model === undefined ? await opened.value.listModels() : null;
    if (listed !== null && !listed.ok) return fail(this, flags, listed.failure);
    const show = progressOn(this, flags);
    const audits: Audit[] = [];
    for (const model of flags.model ?? (listed?.ok ? listed.value : [])) {
      const audit = await auditModel({ base, model, rootText: rootText.value }, get, (done, total) =>
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
        brief: 'Model to audit; may be given several times; else all',
        placeholder: 'id',
        optional: true,
        variadic: true,
      },
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
