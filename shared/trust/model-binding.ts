/**
 * Which model a metadata file was signed for. All models share one root, and TUF metadata has no repository
 * identity: without this check a mirror could serve another model's files, and tuf-js would persist them (ota 6).
 */
import type { ModelId } from '../model.ts';
import { err, ok, type Result } from '../result.ts';
import { MODEL_FIELD } from './roles.ts';

export type BindingFailure =
  | { readonly reason: 'metadata-unreadable' }
  | { readonly reason: 'metadata-of-another-model'; readonly wanted: string; readonly found: string };

/** Checks the signed `x-model` before the bytes reach any TUF client. Says nothing about signatures. */
export function checkModelBinding(text: string, wanted: ModelId): Result<void, BindingFailure> {
  let found: unknown;
  try {
    found = JSON.parse(text)?.signed?.[MODEL_FIELD];
  } catch {
    return err({ reason: 'metadata-unreadable' });
  }
  if (found === wanted) return ok();
  const name = typeof found === 'string' ? found.slice(0, 80) : 'none';
  return err({ reason: 'metadata-of-another-model', wanted, found: name });
}
