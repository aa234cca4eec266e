/** Publishing as the operator's tool does it: chunks, targets, metadata, in this order. */
import { chunkPath } from '../../shared/caibx.ts';
import type { ModelId } from '../../shared/model.ts';
import {
  aPublisher,
  aRelease,
  aRoot,
  aTargets,
  consistentPath,
  EUGA,
  entryTarget,
  type Publisher,
  R06,
  type Release,
  type Target,
} from './a-publisher.ts';
import type { Edge } from './an-edge.ts';

/** Throws where an upload is refused: for what a test needs and does not test. */
export async function mustStore(response: Response): Promise<Response> {
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response;
}

export async function uploadRelease(edge: Edge, release: Release, model: ModelId = EUGA): Promise<void> {
  for (const { id, stored } of release.chunks) {
    await mustStore(await edge.put(`/v1/operator/chunks/${chunkPath(id)}`, stored));
  }
  await uploadTargets(edge, release.targets, model);
}

export async function uploadTargets(
  edge: Edge,
  targets: readonly Target[],
  model: ModelId = EUGA,
): Promise<void> {
  for (const target of targets) {
    const path = `/v1/operator/models/${model}/targets/${await consistentPath(target)}`;
    await mustStore(await edge.put(path, target.bytes));
  }
}

export function putTargets(
  edge: Edge,
  version: number,
  text: string,
  model: ModelId = EUGA,
): Promise<Response> {
  return edge.put(`/v1/operator/models/${model}/metadata/${version}.targets.json`, text);
}

export function putRollout(
  edge: Edge,
  rollout: unknown,
  model: ModelId = EUGA,
  fields: Record<string, string> = {},
): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...fields };
  return edge.put(`/v1/operator/models/${model}/rollout`, JSON.stringify(rollout), headers);
}

/** Entry and releases of a model, published as one version. */
export async function publish(
  edge: Edge,
  publisher: Publisher,
  given: { readonly version: number; readonly releases: readonly Release[]; readonly model?: ModelId },
): Promise<readonly Target[]> {
  const model = given.model ?? EUGA;
  const targets = [entryTarget(model), ...given.releases.flatMap((release) => release.targets)];
  await uploadTargets(edge, [entryTarget(model)], model);
  for (const release of given.releases) await uploadRelease(edge, release, model);
  const text = await aTargets(publisher, { model, version: given.version, targets });
  await mustStore(await putTargets(edge, given.version, text, model));
  return targets;
}

/** A repository with a root and one model of one release. */
export async function published(edge: Edge): Promise<{ publisher: Publisher; release: Release }> {
  const publisher = await aPublisher();
  await mustStore(await edge.put('/v1/operator/root/1.root.json', await aRoot(publisher)));
  const release = await aRelease(R06);
  await publish(edge, publisher, { version: 1, releases: [release] });
  return { publisher, release };
}
