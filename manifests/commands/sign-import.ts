import { buildCommand } from '@stricli/core';
import type { CommandFailure } from '../command-failure.ts';
import type { RepoContext } from '../context.ts';
import { importIntoRoot } from '../keys/next-root.ts';
import { readRoots } from '../keys/roots.ts';
import { readSigningRequest, type SigningRequest, type TargetsRequest } from '../signing/request.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { importTargets } from '../targets/import-targets.ts';
import { openForWriting, type WritableFlags, writableFlag, writableFlags } from './location-flags.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { textArgument } from './parsers.ts';
import { tellNextRoot } from './root-flags.ts';

type Flags = WritableFlags & {
  readonly dir: string;
  readonly to?: RepositoryLocation;
  readonly json: boolean;
};

export const signImport = buildCommand<Flags, string[], RepoContext>({
  async func(flags, ...paths) {
    const copies: SigningRequest[] = [];
    for (const path of paths) {
      const copy = await readSigningRequest(path);
      if (!copy.ok) return fail(this, flags, copy.failure);
      copies.push(copy.value);
    }
    const [first, ...others] = copies;
    if (first?.kind === 'targets') return publishSigned(this, flags, first, others);
    const next = await importIntoRoot(flags.dir, copies);
    if (!next.ok) return fail(this, flags, next.failure);
    tellNextRoot(this, flags, next.value);
  },
  parameters: {
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: textArgument, brief: 'Signed copies of one request', placeholder: 'request' },
    },
    flags: {
      dir: { kind: 'parsed', parse: textArgument, brief: 'Directory of the roots', placeholder: 'dir' },
      to: { ...writableFlag, optional: true },
      ...writableFlags,
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Bring signatures home, from as many copies of a request as there are',
    customUsage: [
      { input: 'from-a.json from-b.json --dir keys', brief: 'Makes the root once enough signed' },
      {
        input: 'release.request.json --dir keys --to https://fw.example --token-file keys/operator.token',
        brief: 'Publishes the release and starts its rollout',
      },
    ],
  },
});

async function publishSigned(
  context: RepoContext,
  flags: Flags,
  request: TargetsRequest,
  copies: readonly SigningRequest[],
): Promise<CommandFailure | undefined> {
  if (flags.to === undefined) return fail(context, flags, { reason: 'destination-not-given' });
  const roots = await readRoots(flags.dir);
  if (!roots.ok) return fail(context, flags, roots.failure);
  const opened = await openForWriting(context, flags.to, flags, roots.value);
  if (!opened.ok) return fail(context, flags, opened.failure);
  const { base, get, operator } = opened.value;
  const repository = { base, rootText: roots.value[0].text };
  const ports = { get, operator, nowMs: context.nowMs };
  const imported = await importTargets(request, copies, repository, ports);
  if (!imported.ok) return fail(context, flags, imported.failure);
  const { model, targetsVersion, release, rollout } = imported.value;
  const visible = release === 'published' ? 'is visible now' : 'was visible already';
  const offered = { started: '; its rollout began', kept: '; its rollout was left as it stands' };
  const text = `${model}: targets ${targetsVersion} ${visible}${rollout === null ? '' : offered[rollout]}`;
  succeed(context, flags, { json: imported.value, text });
}
