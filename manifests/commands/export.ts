import { buildCommand } from '@stricli/core';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import { exportRelease } from '../carry/export-release.ts';
import type { RepoContext } from '../context.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { openForReading } from './location-flags.ts';
import { readablePositional } from './model-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { modelArgument, textArgument, versionArgument } from './parsers.ts';
import { progressOn } from './progress.ts';
import { readRoot } from './read-root.ts';

type Flags = {
  readonly model: ModelId;
  readonly version: FirmwareVersion;
  readonly root: string;
  readonly out: string;
  readonly json: boolean;
};

export const exportCommand = buildCommand<Flags, [RepositoryLocation], RepoContext>({
  async func(flags, location) {
    const rootText = await readRoot(flags.root);
    if (!rootText.ok) return fail(this, flags, rootText.failure);
    const opened = await openForReading(this, location);
    if (!opened.ok) return fail(this, flags, opened.failure);
    const { base, get } = opened.value;
    const { model, out } = flags;
    const version = flags.version.text;
    const show = progressOn(this, flags);
    const exported = await exportRelease(
      { base, model, rootText: rootText.value },
      version,
      get,
      out,
      (done, total) => show('exporting', done, total),
    );
    if (!exported.ok) return fail(this, flags, exported.failure);
    const { sizeBytes } = exported.value;
    const text = `${model} ${version} is in ${out} (${megabytes(sizeBytes)}), with what vouches for it. "import" verifies it from the same root.`;
    succeed(this, flags, { json: { model, version, path: out, sizeBytes }, text });
  },
  parameters: {
    positional: readablePositional,
    flags: {
      model: { kind: 'parsed', parse: modelArgument, brief: 'Model', placeholder: 'id' },
      version: { kind: 'parsed', parse: versionArgument, brief: 'Release', placeholder: 'version' },
      root: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Root of trust of the repository, e.g. keys/1.root.json',
        placeholder: 'file',
      },
      out: { kind: 'parsed', parse: textArgument, brief: 'File to make', placeholder: 'file' },
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Put one release into a single file, to carry it where no network goes',
    customUsage: [
      {
        input:
          'https://fw.example --model quectel/ec25euga-m4g --version EC25EUGAR08A03M4G_01.200.01.200 --root keys/1.root.json --out r08a03.tar',
        brief: '',
      },
    ],
  },
});
