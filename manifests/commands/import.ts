import { buildCommand } from '@stricli/core';
import { importRelease } from '../carry/import-release.ts';
import { type OpenedExport, openExport } from '../carry/open-export.ts';
import { findModel } from '../catalogue/find-model.ts';
import type { CommandFailure } from '../command-failure.ts';
import type { RepoContext } from '../context.ts';
import { mirrorModel } from '../mirror/mirror-model.ts';
import { openStore } from '../store/location.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import { writeModelIndex } from '../store/write-model-index.ts';
import { failPublication } from './fail-publication.ts';
import { findingLines } from './finding-lines.ts';
import { writableFlag, writableFlags } from './location-flags.ts';
import { catalogueFlag } from './model-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { percentageArgument, textArgument } from './parsers.ts';
import { progressOn, type ShowProgress } from './progress.ts';
import { openPublication, type PublicationFlags } from './publication-flags.ts';
import { readRoot } from './read-root.ts';
import { signRequestFlag } from './sign-request-flag.ts';

type Flags = PublicationFlags & {
  readonly root: string;
  readonly keys?: string;
  readonly catalogue?: string;
  readonly rollout: number;
  readonly json: boolean;
};

export const importCommand = buildCommand<Flags, [string], RepoContext>({
  async func(flags, path) {
    const rootText = await readRoot(flags.root);
    if (!rootText.ok) return fail(this, flags, rootText.failure);
    const carried = await openExport(path);
    if (!carried.ok) return fail(this, flags, carried.failure);
    const show = progressOn(this, flags);
    try {
      return await (flags.keys === undefined
        ? layIntoMirror(this, flags, carried.value, rootText.value, show)
        : publishHere(this, flags, flags.keys, carried.value, rootText.value, show));
    } finally {
      await carried.value.close();
    }
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: textArgument, brief: 'What "export" made', placeholder: 'file' }],
    },
    flags: {
      root: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Root of trust of the repository it comes from',
        placeholder: 'file',
      },
      to: writableFlag,
      ...writableFlags,
      keys: {
        kind: 'parsed',
        parse: textArgument,
        brief:
          'Directory of the keys of the repository it goes to; without it, it is laid into a mirror as it is',
        placeholder: 'dir',
        optional: true,
      },
      rollout: {
        kind: 'parsed',
        parse: percentageArgument,
        brief: 'Share of devices that are offered it, in percent',
        placeholder: 'percent',
        default: '100',
      },
      catalogue: catalogueFlag,
      signRequest: signRequestFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief:
      'Take a release out of a single file: into a mirror as it is, or, judged anew, into a repository with keys of its own',
    customUsage: [
      { input: 'r08a03.tar --root 1.root.json --to /srv/mirror', brief: 'Into a mirror of the same root' },
      {
        input:
          'r08a03.tar --root vendor.root.json --to https://fw.example --keys keys --token-file keys/operator.token',
        brief: 'Into a repository of its own, signed again',
      },
    ],
  },
});

async function layIntoMirror(
  context: RepoContext,
  flags: Flags,
  { store, model, version }: OpenedExport,
  rootText: string,
  show: ShowProgress,
): Promise<CommandFailure | undefined> {
  if (flags.to.kind === 'address') return fail(context, flags, { reason: 'keys-not-given' });
  const destination = await openStore(flags.to, context.process.env, context.signal);
  if (!destination.ok) return fail(context, flags, destination.failure);
  const laid = await mirrorModel(
    { base: STORE_BASE, model, rootText },
    getFromStore(store),
    destination.value,
    [version],
    (done, total) => show('importing', done, total),
  );
  if (!laid.ok) return fail(context, flags, laid.failure);
  const index = await writeModelIndex(destination.value);
  if (!index.ok) return fail(context, flags, index.failure);
  const { copiedChunks, copiedBytes, metadata } = laid.value;
  const newer = metadata === 'is-newer' ? '; its metadata is newer and was left' : '';
  const text = `${model} ${version} is in ${destination.value.name}: ${copiedChunks} chunks copied (${megabytes(copiedBytes)})${newer}`;
  succeed(context, flags, { json: { version, ...laid.value }, text });
}

async function publishHere(
  context: RepoContext,
  flags: Flags,
  directory: string,
  carried: OpenedExport,
  originRoot: string,
  show: ShowProgress,
): Promise<CommandFailure | undefined> {
  const { model, version } = carried;
  const entry = await findModel(model, flags.catalogue);
  if (!entry.ok) return fail(context, flags, entry.failure);
  const publication = await openPublication(context, flags, directory);
  if (!publication.ok) return fail(context, flags, publication.failure);
  const { keys, base, ports } = publication.value;
  const imported = await importRelease(
    carried,
    originRoot,
    {
      model,
      version,
      entry: entry.value,
      offer: { percentage: flags.rollout, channel: 'stable', startsAt: null },
      roots: keys.roots,
      base,
      keys,
    },
    { ...ports, onProgress: (done, total) => show('uploading', done, total) },
    context.signal,
  );
  if (!imported.ok) return failPublication(context, flags, imported.failure);
  if (!flags.json) context.process.stderr.write(findingLines(imported.value.findings));
  const { release, targetsVersion, upload } = imported.value;
  const words = {
    published: `is published (targets ${targetsVersion})`,
    'was-published': 'was published already, exactly so',
    'awaits-signatures': `is uploaded and not visible: sign ${flags.signRequest}, then "sign-import" it`,
  };
  const text = `${model} ${version} ${words[release]}; ${upload.uploadedChunks} chunks uploaded (${megabytes(upload.uploadedBytes)}), ${upload.sharedChunks} were there`;
  succeed(context, flags, { json: { model, version, ...imported.value }, text });
}
