/** Target paths: what they look like, and which kinds of target a model has. */
import { MODEL_ENTRY_NAME } from '../catalogue.ts';
import { TARGET_NAME_MAX_CHARS } from '../limits.ts';
import type { ModelId } from '../model.ts';
import { ROLLOUT_NAME } from '../rollout.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const CONSISTENT_NAME = /^([0-9a-f]{64})\.(.+)$/;

export type TargetKind = 'entry' | 'manifest' | 'index' | 'rollout';

/** The name below the model: `model.json` of `quectel/ec25euga-m4g/model.json`; `null` for paths of other shape. */
export function targetName(model: ModelId, path: string): string | null {
  if (!path.startsWith(`${model}/`) || path.length > TARGET_NAME_MAX_CHARS) return null;
  const name = path.slice(model.length + 1);
  return NAME.test(name) ? name : null;
}

/** Digest and name of `quectel/ec25euga-m4g/<sha256>.model.json`; `null` for paths of other shape. */
export function parseConsistentPath(
  model: ModelId,
  path: string,
): { readonly sha256: string; readonly name: string } | null {
  if (!path.startsWith(`${model}/`)) return null;
  const match = CONSISTENT_NAME.exec(path.slice(model.length + 1));
  const [, sha256 = '', name = ''] = match ?? [];
  return targetName(model, `${model}/${name}`) === null ? null : { sha256, name };
}

/** What a target of this name holds; `null` for a name of no kind. */
export function targetKind(name: string): TargetKind | null {
  if (name === MODEL_ENTRY_NAME) return 'entry';
  if (name === ROLLOUT_NAME) return 'rollout';
  if (name.endsWith('.json')) return 'manifest';
  return name.endsWith('.caibx') ? 'index' : null;
}
