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

type Flags = { readonly root: string; readonly model: ModelId; readonly json: boolean };

export const verify = buildCommand<Flags, [RepositoryLocation], RepoContext>({
  async func(flags, location) {
    const rootText = await readRoot(flags.root);
    if (!rootText.ok) return fail(this, flags, rootText.failure);
    const opened = await openForReading(this, location);
    if (!opened.ok) return fail(this, flags, opened.failure);
    const { base, get } = opened.value;
    const show = progressOn(this, flags);
    const audit = await auditModel(
      { base, model: flags.model, rootText: rootText.value },
      get,
      (done, total) => show('verifying', done, total),
    );
    if (!audit.ok) return fail(this, flags, audit.failure);
    const { defects } = audit.value;
    if (defects.length > 0) {
      const lines = defects.map(({ where, sentence }) => `${where}: ${sentence}\n`).join('');
      if (!flags.json) this.process.stdout.write(lines);
      return fail(this, flags, { reason: 'repository-defective', count: defects.length }, { defects });
    }
    succeed(this, flags, { json: audit.value, text: summary(audit.value) });
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
      model: { kind: 'parsed', parse: modelArgument, brief: 'Model to audit', placeholder: 'id' },
      json: jsonFlag,
    },
  },
  docs: {
    brief: "Audit one model's repository from its root down to the last chunk",
    customUsage: [
      {
        input: 'https://fw.example --root keys/1.root.json --model quectel/ec25euga-m4g',
        brief: 'Exit 65 on any defect',
      },
    ],
  },
});

function summary({ model, versions, releases, targetCount, chunkCount, storedBytes }: Audit): string {
  const roles = Object.entries(versions).map(([role, version]) => `${role} ${version}`);
  return [
    `verified ${model}: ${releases.length} releases, ${targetCount} targets, ${chunkCount} chunks, ${megabytes(storedBytes)}`,
    `  metadata  ${roles.join(', ')}`,
    ...releases.map((version) => `  release   ${version}`),
  ].join('\n');
}
