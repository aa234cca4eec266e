import { buildCommand } from '@stricli/core';
import type { ModelId } from '../../shared/model.ts';
import type { RepoContext } from '../context.ts';
import { type Renewed, renewTargets } from '../targets/renew-targets.ts';
import { writableFlag, writableFlags } from './location-flags.ts';
import { fail, jsonFlag, succeed } from './output.ts';
import { modelArgument, textArgument } from './parsers.ts';
import { openPublication, type PublicationFlags } from './publication-flags.ts';
import { signRequestFlag } from './sign-request-flag.ts';

type Flags = PublicationFlags & {
  readonly keys: string;
  readonly json: boolean;
};

export const targetsRenew = buildCommand<Flags, [ModelId], RepoContext>({
  async func(flags, model) {
    const publication = await openPublication(this, flags, flags.keys);
    if (!publication.ok) return fail(this, flags, publication.failure);
    const { keys, base, ports } = publication.value;
    const renewed = await renewTargets({ base, model, roots: keys.roots }, keys, ports);
    if (!renewed.ok) return fail(this, flags, renewed.failure);
    succeed(this, flags, { json: renewed.value, text: summary(renewed.value, flags.signRequest) });
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: modelArgument, brief: 'Model', placeholder: 'model' }],
    },
    flags: {
      keys: { kind: 'parsed', parse: textArgument, brief: 'Directory of the keys', placeholder: 'dir' },
      to: writableFlag,
      ...writableFlags,
      signRequest: signRequestFlag,
      json: jsonFlag,
    },
  },
  docs: {
    brief: "Sign a model's releases anew: before they expire (a year), or after a key was rotated",
    customUsage: [
      {
        input: 'quectel/ec25euga-m4g --keys keys --to https://fw.example --token-file keys/operator.token',
        brief: '',
      },
    ],
  },
});

function summary(renewed: Renewed, requestPath: string | undefined): string {
  const { model, targetsVersion, expires, targetCount, root, signedUnderRoot, isVisible } = renewed;
  const what = `${model}: targets ${targetsVersion} with ${targetCount} targets as before, expires ${expires}`;
  const dropped =
    signedUnderRoot === root
      ? ''
      : `\nWhat was there is signed by keys of root ${signedUnderRoot} that root ${root} does not name any more. If one of them was stolen, look through "releases" first.`;
  return isVisible
    ? `${what}${dropped}`
    : `${what}; not visible yet. Sign ${requestPath} where the targets keys are, then "sign-import" it.${dropped}`;
}
