import { buildCommand } from '@stricli/core';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { programmedBytes } from '../../shared/flash-plan.ts';
import { versionInNames } from '../../shared/lint/names.ts';
import { type ModelId, modelOf } from '../../shared/model.ts';
import { findModel } from '../catalogue/find-model.ts';
import type { RepoContext } from '../context.ts';
import { lintPackage } from '../lint/lint-package.ts';
import { openPackage } from '../package/open-package.ts';
import { findingLines } from './finding-lines.ts';
import { catalogueFlag } from './model-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { modelArgument, textArgument, versionArgument } from './parsers.ts';

type Flags = {
  readonly model?: ModelId;
  readonly version?: FirmwareVersion;
  readonly catalogue?: string;
  readonly json: boolean;
};

/** Vendors whose version strings name the model. */
const VENDOR = 'quectel';

export const lint = buildCommand<Flags, [string], RepoContext>({
  async func(flags, path) {
    const source = await openPackage(path);
    if (!source.ok) return fail(this, flags, source.failure);
    try {
      const version = flags.version ?? versionInNames(source.value.names);
      const model = flags.model ?? (version === null ? null : modelOf(VENDOR, version));
      const entry = model === null ? null : await findModel(model, flags.catalogue);
      if (entry !== null && !entry.ok) return fail(this, flags, entry.failure);
      const expected = { entry: entry?.value ?? null, version };
      const report = await lintPackage(source.value, expected, this.signal);
      if (!report.ok) return fail(this, flags, report.failure);
      const { findings, plan } = report.value;
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      if (!flags.json) this.process.stdout.write(findingLines(findings));
      if (errors > 0) return fail(this, flags, { reason: 'lint-found-errors', count: errors }, { findings });
      const effect =
        plan === null
          ? 'What it would flash was not judged.'
          : `It would erase ${plan.erases.length} ranges and program ${plan.programs.length} images, ${megabytes(programmedBytes(plan))}, sector 0 last.`;
      const text = `${source.value.names.at(-1)}: no errors${model === null ? '' : ` for ${model}`}. ${effect}`;
      succeed(this, flags, { json: { model, version: version?.text ?? null, findings }, text });
    } finally {
      await source.value.close();
    }
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: textArgument, brief: 'Directory or zip of the vendor', placeholder: 'package' }],
    },
    flags: {
      model: {
        kind: 'parsed',
        parse: modelArgument,
        brief: 'Model it is for; else told from the name',
        placeholder: 'id',
        optional: true,
      },
      version: {
        kind: 'parsed',
        parse: versionArgument,
        brief: 'Version it should be',
        placeholder: 'version',
        optional: true,
      },
      catalogue: catalogueFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Judge a vendor package: layout, digests, geometry, protected ranges, chip, version',
    customUsage: [
      { input: 'EC25EUGAR08A03M4G_01.200.01.200.zip', brief: 'Model and version from the name' },
      { input: 'unpacked --model quectel/ec25euga-m4g', brief: 'Model given' },
    ],
  },
});
