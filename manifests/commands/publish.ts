import { buildCommand } from '@stricli/core';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok } from '../../shared/result.ts';
import { findModel } from '../catalogue/find-model.ts';
import type { RepoContext } from '../context.ts';
import { openPackage } from '../package/open-package.ts';
import { parseInstallableFrom } from '../publish/installable-from.ts';
import { type Published, publishRelease } from '../publish/publish-release.ts';
import { nameOfLocation } from '../store/location.ts';
import { failPublication } from './fail-publication.ts';
import { findingLines } from './finding-lines.ts';
import { writableFlag, writableFlags } from './location-flags.ts';
import { catalogueFlag } from './model-flags.ts';
import { type OfferFlags, offerFlags } from './offer-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { dateArgument, modelArgument, percentageArgument, textArgument, versionArgument } from './parsers.ts';
import { progressOn } from './progress.ts';
import { openPublication, type PublicationFlags } from './publication-flags.ts';
import { signRequestFlag } from './sign-request-flag.ts';

type Flags = PublicationFlags &
  OfferFlags & {
    readonly model: ModelId;
    readonly version: FirmwareVersion;
    readonly keys: string;
    readonly from?: string;
    readonly fromSource?: string;
    readonly rollout: number;
    readonly notes: string;
    readonly fix?: readonly string[];
    readonly knownIssue?: readonly string[];
    readonly releasedOn?: string;
    readonly catalogue?: string;
    readonly json: boolean;
  };

export const publish = buildCommand<Flags, [string], RepoContext>({
  async func(flags, path) {
    if (flags.from !== undefined && flags.fromSource === undefined)
      return fail(this, flags, { reason: 'from-without-source' });
    const from = flags.from === undefined ? ok([]) : parseInstallableFrom(flags.from);
    if (!from.ok) return fail(this, flags, from.failure);
    const entry = await findModel(flags.model, flags.catalogue);
    if (!entry.ok) return fail(this, flags, entry.failure);
    const publication = await openPublication(this, flags, flags.keys);
    if (!publication.ok) return fail(this, flags, publication.failure);
    const { keys, base, ports } = publication.value;
    const source = await openPackage(path);
    if (!source.ok) return fail(this, flags, source.failure);
    try {
      const show = progressOn(this, flags);
      const published = await publishRelease(
        {
          source: source.value,
          entry: entry.value,
          version: flags.version,
          statement: {
            from: from.value,
            fromSource: flags.fromSource ?? '',
            notes: flags.notes,
            fixes: flags.fix ?? [],
            knownIssues: flags.knownIssue ?? [],
            releasedOn: flags.releasedOn ?? null,
          },
          offer: {
            percentage: flags.rollout,
            channel: flags.channel ?? 'stable',
            startsAt: flags.startsAt ?? null,
          },
          roots: keys.roots,
          base,
          keys,
        },
        { ...ports, onProgress: show },
        this.signal,
      );
      if (!published.ok) return failPublication(this, flags, published.failure);
      if (!flags.json) this.process.stderr.write(findingLines(published.value.findings));
      succeed(this, flags, {
        json: published.value,
        text: summary(published.value, nameOfLocation(flags.to), flags.signRequest),
      });
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
      model: { kind: 'parsed', parse: modelArgument, brief: 'Model it is for', placeholder: 'id' },
      version: {
        kind: 'parsed',
        parse: versionArgument,
        brief: 'Version it is, in full',
        placeholder: 'version',
      },
      keys: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Directory of the offline keys',
        placeholder: 'dir',
      },
      to: writableFlag,
      ...writableFlags,
      from: {
        kind: 'parsed',
        parse: textArgument,
        brief:
          'Versions it may follow across baselines or lines: R06, R06A05, R06A05..R06A09, R06A05..; with :LINE for one customer line; several by comma',
        placeholder: 'versions',
        optional: true,
      },
      fromSource: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'Who says so: document, thread, test',
        placeholder: 'text',
        optional: true,
      },
      rollout: {
        kind: 'parsed',
        parse: percentageArgument,
        brief: 'Share of devices that are offered it, in percent',
        placeholder: 'percent',
        default: '100',
      },
      ...offerFlags,
      notes: { kind: 'parsed', parse: textArgument, brief: 'What is new', placeholder: 'text', default: '' },
      fix: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'A defect it mends',
        placeholder: 'text',
        optional: true,
        variadic: true,
      },
      knownIssue: {
        kind: 'parsed',
        parse: textArgument,
        brief: 'A defect it has',
        placeholder: 'text',
        optional: true,
        variadic: true,
      },
      releasedOn: {
        kind: 'parsed',
        parse: dateArgument,
        brief: "The vendor's date; else today",
        placeholder: 'YYYY-MM-DD',
        optional: true,
      },
      catalogue: catalogueFlag,
      signRequest: signRequestFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Judge, cut, upload and sign a release, then roll it out',
    fullDescription:
      'Nothing is visible before everything is there, and every step can be repeated: a publication that was cut goes on when the same command is run again, and one that is complete does nothing.',
    customUsage: [
      {
        input:
          'EC25EUGAR08A03M4G_01.200.01.200.zip --model quectel/ec25euga-m4g --version EC25EUGAR08A03M4G_01.200.01.200 --keys keys --to https://fw.example --token-file keys/operator.token',
        brief: 'To all devices',
      },
      { input: '… --rollout 5', brief: 'To one device in twenty at first' },
      {
        input: '… --channel beta --starts-at 2026-12-01T02:00Z',
        brief: 'To devices on beta, from a night on',
      },
      {
        input: '… --from R06A05..R06A09:01 --from-source "vendor mail of 2026-10-01"',
        brief: 'Across a baseline',
      },
      {
        input: '… --to s3://firmware --online-keys online.env',
        brief: 'To a bucket without a Worker (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3)',
      },
      { input: '… --sign-request release.request.json', brief: 'The targets keys are elsewhere' },
    ],
  },
});

function summary(
  { manifest, upload, release, rollout, targetsVersion }: Published,
  where: string,
  requestPath: string | undefined,
): string {
  const { model, version, package: content } = manifest;
  if (release === 'was-published' && rollout === 'kept')
    return upload.uploadedChunks === 0
      ? `${model} ${version} is published already, exactly so; nothing was done. It is in ${where}.`
      : `${model} ${version} is published already; ${upload.uploadedChunks} chunks were missing and are there again, in ${where}.`;
  const chunks = `${content.chunkCount} chunks, ${megabytes(content.storedBytes)} of ${megabytes(content.sizeBytes)}`;
  const moved = `${upload.uploadedChunks} uploaded (${megabytes(upload.uploadedBytes)}), ${upload.sharedChunks} were there`;
  if (release === 'awaits-signatures')
    return `${model} ${version} is uploaded to ${where} and not visible (${chunks}; ${moved}). Sign ${requestPath} where the targets keys are, then "sign-import" it.`;
  const offered = rollout === 'started' ? 'rolled out' : 'its rollout was left as it stands';
  return `published ${model} ${version} (targets ${targetsVersion}): ${chunks}; ${moved}; ${offered}; in ${where}`;
}
