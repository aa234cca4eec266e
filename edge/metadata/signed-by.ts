/** Signature thresholds, as @tufjs/models counts them (TUF 5.3.4, 5.6.3). */
import type { Metadata, Root, Targets } from '@tufjs/models';

export function isSignedBy(
  root: Metadata<Root>,
  role: 'root' | 'targets',
  metadata: Metadata<Root> | Metadata<Targets>,
): boolean {
  try {
    root.verifyDelegate(role, metadata);
    return true;
  } catch {
    return false;
  }
}
