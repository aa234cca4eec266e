/** What the commands that publish have in common: keys and repository opened, and where signatures come from. */
import { ok, type Result } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import type { PublicationPorts } from '../publish/publication.ts';
import type { RepositoryLocation } from '../store/location.ts';
import { openForWriting, type WritableFlags } from './location-flags.ts';
import { openPublisherKeys, type PublisherKeys } from './open-publisher-keys.ts';
import { writeSigningRequest } from './sign-request-flag.ts';

export type PublicationFlags = WritableFlags & {
  readonly to: RepositoryLocation;
  readonly signRequest?: string;
};

type OpenPublication = {
  readonly keys: PublisherKeys;
  readonly base: string;
  readonly ports: PublicationPorts;
};

export async function openPublication(
  context: RepoContext,
  flags: PublicationFlags,
  keyDirectory: string,
): Promise<Result<OpenPublication, RepoFailure>> {
  const keys = await openPublisherKeys(context, keyDirectory, flags.passphraseFile);
  if (!keys.ok) return keys;
  const repository = await openForWriting(context, flags.to, flags, keys.value.roots);
  if (!repository.ok) return repository;
  const { base, get, operator } = repository.value;
  const { signRequest: path } = flags;
  const askForSignatures: PublicationPorts['askForSignatures'] =
    path === undefined ? null : (request) => writeSigningRequest(path, request);
  return ok({ keys: keys.value, base, ports: { get, operator, nowMs: context.nowMs, askForSignatures } });
}
