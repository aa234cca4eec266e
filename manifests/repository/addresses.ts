/** Where things are in a repository (design 5). `base` is what the operator calls the repository, e.g. `https://fw.example`. */
import { rootKey } from '../../shared/bucket-keys.ts';
import { chunkPath } from '../../shared/caibx.ts';
import type { ModelId } from '../../shared/model.ts';
import { consistentTargetPath } from '../../shared/trust/roles.ts';

export function metadataBase(base: string, model: ModelId): string {
  return `${base}/v1/models/${model}/metadata`;
}

export function targetUrl(base: string, model: ModelId, path: string, sha256: string): string {
  return `${base}/v1/models/${model}/targets/${consistentTargetPath(path, sha256)}`;
}

export function chunkUrl(base: string, id: string): string {
  return `${base}/v1/chunks/${chunkPath(id)}`;
}

/** The roots of all models, where they were brought; each model's own are copies of them. */
export function commonRootUrl(base: string, version: number): string {
  return `${base}/v1/${rootKey(version)}`;
}

/** The operator's side of the API (shared/operator-api.ts). */
export const operatorUrls = (base: string) => ({
  root: (version: number) => `${base}/v1/operator/root/${version}.root.json`,
  missingChunks: `${base}/v1/operator/chunks/missing`,
  chunk: (id: string) => `${base}/v1/operator/chunks/${chunkPath(id)}`,
  target: (model: ModelId, path: string, sha256: string) =>
    `${base}/v1/operator/models/${model}/targets/${consistentTargetPath(path, sha256)}`,
  targetsMetadata: (model: ModelId, version: number) =>
    `${base}/v1/operator/models/${model}/metadata/${version}.targets.json`,
  rollout: (model: ModelId) => `${base}/v1/operator/models/${model}/rollout`,
  tokens: `${base}/v1/operator/tokens`,
  token: (id: string) => `${base}/v1/operator/tokens/${id}`,
});

/** The repository's address without query, fragment or trailing slash; null where it is not http(s). */
export function repositoryBase(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
