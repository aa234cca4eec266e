/** What `rollout set`, `halt`, `recall` and `resume` have in common: read verified, change, put, say. */
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import type { RepoContext } from '../context.ts';
import type { CommandFailure } from '../failure.ts';
import { send } from '../http/client.ts';
import { operatorClient } from '../publish/operator-client.ts';
import { readVerifiedModel } from '../repository/verified-model.ts';
import { changeRelease, type RolloutChange } from '../rollout/edit-rollout.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { modelArgument, operatorArgument, textArgument, versionArgument } from './parsers.ts';
import { readRoot } from './read-root.ts';
import { readToken } from './read-token.ts';

export type RolloutFlags = {
  readonly at: string;
  readonly root: string;
  readonly tokenFile: string;
  readonly json: boolean;
};

export const rolloutFlags = {
  at: { kind: 'parsed', parse: operatorArgument, brief: 'Address of the repository', placeholder: 'url' },
  root: {
    kind: 'parsed',
    parse: textArgument,
    brief: 'Root of trust, e.g. keys/1.root.json',
    placeholder: 'file',
  },
  tokenFile: {
    kind: 'parsed',
    parse: textArgument,
    brief: 'File with the operator token',
    placeholder: 'file',
  },
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
  const token = await readToken(flags.tokenFile);
  if (!token.ok) return fail(context, flags, token.failure);
  const rootText = await readRoot(flags.root);
  if (!rootText.ok) return fail(context, flags, rootText.failure);
  const current = await readVerifiedModel(
    { base: flags.at, model, rootText: rootText.value },
    (url, maxBytes) => send({ method: 'GET', url, maxBytes }, context.http, context.signal),
  );
  if (!current.ok) return fail(context, flags, current.failure);
  const changed = changeRelease(current.value.rollout, version.text, change);
  if (!changed.ok) return fail(context, flags, changed.failure);
  const operator = operatorClient(flags.at, token.value, context.http, context.signal);
  const put = await operator.putRollout(changed.value, current.value.rolloutSha256);
  if (!put.ok) return fail(context, flags, put.failure);
  const entry = changed.value.releases.find((candidate) => candidate.version === version.text);
  const state =
    entry?.state === 'running' ? `running at ${entry.percentage} %` : `${entry?.state}: ${entry?.why}`;
  succeed(context, flags, { json: { model, ...entry }, text: `${model} ${version.text} is ${state}` });
}
