/** A release's manifest out of verified targets. */
import { fromUtf8 } from '../../shared/bytes.ts';
import { manifestName, type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import type { TargetFailure, VerifiedModel } from './verified-model.ts';

export type ManifestFailure =
  | TargetFailure
  | { readonly reason: 'manifest-unreadable'; readonly path: string; readonly why: string };

/** The manifest of `version`; null where the model lists none. */
export async function readManifest(
  model: VerifiedModel,
  version: string,
): Promise<Result<ReleaseManifest | null, ManifestFailure>> {
  const path = targetPath(model.model, manifestName(version));
  if (model.targets[path] === undefined) return ok(null);
  const bytes = await model.readTarget(path);
  if (!bytes.ok) return bytes;
  try {
    const manifest = releaseManifestSchema.safeParse(JSON.parse(fromUtf8(bytes.value) ?? ''));
    if (manifest.success) return ok(manifest.data);
    const issue = manifest.error.issues[0];
    return err({ reason: 'manifest-unreadable', path, why: `${issue?.path.join('.')}: ${issue?.message}` });
  } catch {
    return err({ reason: 'manifest-unreadable', path, why: 'not JSON' });
  }
}
