/** Where a repository is, as an operator writes it: a Worker's address, a bucket, a directory. */

import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { repositoryBase } from '../repository/addresses.ts';
import { openDirectoryStore } from './directory-store.ts';
import type { ObjectStore } from './object-store.ts';
import { openS3Store } from './s3-store.ts';

export type RepositoryLocation =
  | { readonly kind: 'address'; readonly base: string }
  | {
      readonly kind: 'bucket';
      readonly provider: 's3' | 'r2';
      readonly bucket: string;
      readonly prefix: string;
    }
  | { readonly kind: 'directory'; readonly path: string };

export type StoreLocation = Exclude<RepositoryLocation, { kind: 'address' }>;

export type LocationFailure = { readonly reason: 'endpoint-unknown'; readonly why: string };

const BUCKET = /^(s3|r2):\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)\/?$/;

/** `https://…`, `s3://bucket/prefix`, `r2://bucket/prefix`, or a directory; null for what is none of these. */
export function parseLocation(text: string): RepositoryLocation | null {
  const [, provider, bucket = '', prefix = ''] = BUCKET.exec(text) ?? [];
  if (provider === 's3' || provider === 'r2')
    return { kind: 'bucket', provider, bucket, prefix: prefix.slice(1) };
  if (text.includes('://')) {
    const base = repositoryBase(text);
    return base === null ? null : { kind: 'address', base };
  }
  // Meant as a bucket: a directory that is called so is ./s3.
  if (text === '' || /^(s3|r2)(:|$)/i.test(text)) return null;
  return { kind: 'directory', path: text };
}

/** As messages call it. */
export function nameOfLocation(location: RepositoryLocation): string {
  switch (location.kind) {
    case 'address':
      return location.base;
    case 'bucket':
      return `${location.provider}://${location.bucket}${location.prefix === '' ? '' : `/${location.prefix}`}`;
    case 'directory':
      return resolve(location.path);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A bucket's endpoint, region and keys come from the environment, as other tools of S3 have them. */
export async function openStore(
  location: StoreLocation,
  environment: Environment,
  signal: AbortSignal,
): Promise<Result<ObjectStore, LocationFailure>> {
  if (location.kind === 'directory') return ok(openDirectoryStore(await servedDirectory(location.path)));
  const endpoint = endpointOf(location.provider, environment);
  if (!endpoint.ok) return endpoint;
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  const token = sessionToken === undefined ? {} : { sessionToken };
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? null
      : { accessKeyId, secretAccessKey, ...token };
  const { bucket, prefix } = location;
  const fallback = location.provider === 'r2' ? 'auto' : 'us-east-1';
  return ok(
    await openS3Store(
      { bucket, prefix, endpoint: endpoint.value, region: region ?? fallback, credentials },
      signal,
    ),
  );
}

function endpointOf(provider: 's3' | 'r2', environment: Environment): Result<string | null, LocationFailure> {
  const given = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  if (given !== undefined && given !== '') {
    if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return ok(given);
    return err({ reason: 'endpoint-unknown', why: `AWS_ENDPOINT_URL_S3 is not an address: ${given}` });
  }
  if (provider === 's3') return ok(null);
  const account = environment.CLOUDFLARE_ACCOUNT_ID ?? '';
  if (/^[0-9a-f]{32}$/.test(account)) return ok(`https://${account}.r2.cloudflarestorage.com`);
  return err({
    reason: 'endpoint-unknown',
    why: 'r2:// needs CLOUDFLARE_ACCOUNT_ID (32 hex digits), or the whole address in AWS_ENDPOINT_URL_S3',
  });
}

/**
 * What is served as `/v1/…` lies in `v1/`, so that any static file server over the directory is a repository. The plain
 * copy of a bucket has no such level and is taken as it is.
 */
async function servedDirectory(path: string): Promise<string> {
  const isPlainCopy = await access(join(path, 'models')).then(
    () => true,
    () => false,
  );
  return isPlainCopy ? resolve(path) : join(resolve(path), 'v1');
}
