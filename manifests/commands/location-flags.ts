/** Where a repository is and what opens it, as every command that writes to one takes it. */
import { stat } from 'node:fs/promises';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import { send } from '../http/client.ts';
import { findPassphrase } from '../keys/passphrase.ts';
import { readOnlineSigners } from '../keys/read-online-keys.ts';
import type { RootFile } from '../keys/roots.ts';
import { storeOperator } from '../online/store-operator.ts';
import { type OperatorClient, operatorClient } from '../publish/operator-client.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import { listRepositoryModels, type ModelListFailure } from '../repository/repository-models.ts';
import { listModels } from '../store/list-models.ts';
import { openStore, type RepositoryLocation } from '../store/location.ts';
import type { ObjectStore, StoreFailure } from '../store/object-store.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import { locationArgument, textArgument, writableArgument } from './parsers.ts';
import { passphraseFileFlag, passphraseSources } from './passphrase-flags.ts';
import { readToken } from './read-token.ts';

export type WritableFlags = {
  readonly tokenFile?: string;
  readonly onlineKeys?: string;
  readonly passphraseFile?: string;
};

export const writableFlag = {
  kind: 'parsed',
  parse: writableArgument,
  brief: 'The repository: https://…, s3://bucket/prefix, r2://bucket/prefix, or a directory',
  placeholder: 'where',
} as const;

export const readableFlag = {
  kind: 'parsed',
  parse: locationArgument,
  brief: 'The repository or a mirror: https://…, s3://bucket/prefix, r2://bucket/prefix, or a directory',
  placeholder: 'where',
} as const;

export const writableFlags = {
  tokenFile: {
    kind: 'parsed',
    parse: textArgument,
    brief: 'File with the operator token, for a Worker',
    placeholder: 'file',
    optional: true,
  },
  onlineKeys: {
    kind: 'parsed',
    parse: textArgument,
    brief:
      'The online keys (env file, or sealed), for a bucket or directory without a Worker: signs here what it would',
    placeholder: 'file',
    optional: true,
  },
  passphraseFile: passphraseFileFlag,
} as const;

/** A repository that is read: `base` is what addresses are built on, `get` answers them. */
export type OpenRepository = {
  readonly base: string;
  readonly get: Get;
  readonly listModels: () => Promise<Result<readonly ModelId[], ModelListFailure | StoreFailure>>;
};

export async function openForReading(
  context: RepoContext,
  location: RepositoryLocation,
): Promise<Result<OpenRepository, RepoFailure>> {
  if (location.kind === 'address') {
    const get: Get = (url, maxBytes) => send({ method: 'GET', url, maxBytes }, context.http, context.signal);
    return ok({ base: location.base, get, listModels: () => listRepositoryModels(location.base, get) });
  }
  if (location.kind === 'directory') {
    const status = await stat(location.path).catch((error: Error) => error);
    if (status instanceof Error)
      return err({ reason: 'file-unreadable', path: location.path, why: status.message });
  }
  const store = await openStore(location, context.process.env, context.signal);
  return store.ok ? ok(readingFrom(store.value)) : store;
}

/** `roots` is what this machine trusts: what a store holds is judged by them before its online roles are signed. */
export async function openForWriting(
  context: RepoContext,
  location: RepositoryLocation,
  flags: WritableFlags,
  roots: readonly RootFile[],
): Promise<Result<OpenRepository & { readonly operator: OperatorClient }, RepoFailure>> {
  if (location.kind === 'address') {
    const opened = await openForReading(context, location);
    if (!opened.ok) return opened;
    if (flags.tokenFile === undefined) return err({ reason: 'token-not-given' });
    const token = await readToken(flags.tokenFile);
    if (!token.ok) return token;
    const operator = operatorClient(location.base, token.value, context.http, context.signal);
    return ok({ ...opened.value, operator });
  }
  if (flags.onlineKeys === undefined) return err({ reason: 'online-keys-not-given' });
  const signers = await readOnlineSigners(flags.onlineKeys, () =>
    findPassphrase(passphraseSources(context, flags.passphraseFile)),
  );
  if (!signers.ok) return signers;
  const store = await openStore(location, context.process.env, context.signal);
  if (!store.ok) return store;
  const operator = storeOperator({ store: store.value, signers: signers.value, roots, nowMs: context.nowMs });
  return ok({ ...readingFrom(store.value), operator });
}

function readingFrom(store: ObjectStore): OpenRepository {
  return { base: STORE_BASE, get: getFromStore(store), listModels: () => listModels(store) };
}
