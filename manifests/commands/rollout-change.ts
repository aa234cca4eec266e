/** What `rollout set`, `halt`, `recall` and `resume` have in common: read verified, change, put, say. */
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import type { CommandFailure } from '../command-failure.ts';
import type { RepoContext } from '../context.ts';
import { parseRoot } from '../keys/roots.ts';
import { readVerifiedModel } from '../repository/verified-model.ts';
import { changeRelease, offerText, type RolloutChange } from '../rollout/edit-rollout.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { openForWriting, type WritableFlags, writableFlag, writableFlags } from './location-flags.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { modelArgument, textArgument, versionArgument } from './parsers.ts';
import { readRoot } from './read-root.ts';

export type RolloutFlags = WritableFlags & {
  readonly at: RepositoryLocation;
  readonly root: string;
  readonly json: boolean;
};

export const rolloutFlags = {
  at: writableFlag,
  root: {
    kind: 'parsed',
    parse: textArgument,
    brief: 'Root of trust, e.g. keys/1.root.json',
    placeholder: 'file',
  },
  ...writableFlags,
  json: jsonFlag,
} as const;

export const rolloutArguments = {
  kind: 'tuple',
  parameters: [
    { parse: modelArgument, brief: 'Model', placeholder: 'model' },
    { parse: versionArgument, brief: 'Release', placeholder: 'version' },
  ],
} as const;

export async function changeRollout(
  context: RepoContext,
  flags: RolloutFlags,
  release: { readonly model: ModelId; readonly version: FirmwareVersion },
  change: RolloutChange,
): Promise<CommandFailure | undefined> {
  const { model, version } = release;
  const rootText = await readRoot(flags.root);
  if (!rootText.ok) return fail(context, flags, rootText.failure);
  const root = parseRoot(rootText.value);
  if (root === null)
    return fail(context, flags, { reason: 'root-unusable', why: `${flags.root} is no root` });
  const trusted = { version: root.signed.version, text: rootText.value, root };
  const opened = await openForWriting(context, flags.at, flags, [trusted]);
  if (!opened.ok) return fail(context, flags, opened.failure);
  const { base, get, operator } = opened.value;
  const current = await readVerifiedModel({ base, model, rootText: rootText.value }, get);
  if (!current.ok) return fail(context, flags, current.failure);
  const changed = changeRelease(current.value.rollout, version.text, change);
  if (!changed.ok) return fail(context, flags, changed.failure);
  const put = await operator.putRollout(changed.value, current.value.rolloutSha256);
  if (!put.ok) return fail(context, flags, put.failure);
  const entry = changed.value.releases.find((candidate) => candidate.version === version.text);
  const state =
    entry?.state === 'running'
      ? `running at ${offerText(entry, context.nowMs())}`
      : `${entry?.state}: ${entry?.why}`;
  succeed(context, flags, { json: { model, ...entry }, text: `${model} ${version.text} is ${state}` });
}
