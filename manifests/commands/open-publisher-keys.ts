/** What a publication takes from the key directory: roots, the targets keys that lie there, the rollout's public half. */
import { ok, type Result } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import { openHeldKeys } from '../keys/held-keys.ts';
import { readRolloutKey } from '../keys/key-directory.ts';
import { findPassphrase } from '../keys/passphrase.ts';
import { type RootFile, readRoots } from '../keys/roots.ts';
import type { TargetsKeys } from '../publish/sign-targets.ts';
import { passphraseSources } from './passphrase-flags.ts';

export type PublisherKeys = TargetsKeys & { readonly roots: readonly [RootFile, ...RootFile[]] };

/** Keys that no root names as targets keys are not opened, and nobody is asked for their passphrase. */
export async function openPublisherKeys(
  context: RepoContext,
  directory: string,
  passphraseFile: string | undefined,
): Promise<Result<PublisherKeys, RepoFailure>> {
  const roots = await readRoots(directory);
  if (!roots.ok) return roots;
  const rollout = await readRolloutKey(directory);
  if (!rollout.ok) return rollout;
  const wanted = roots.value.flatMap(({ root }) => root.signed.roles.targets.keyids);
  const targets = await openHeldKeys<RepoFailure>(directory, wanted, () =>
    findPassphrase(passphraseSources(context, passphraseFile)),
  );
  if (!targets.ok) return targets;
  return ok({ roots: roots.value, rollout: rollout.value, targets: targets.value });
}
