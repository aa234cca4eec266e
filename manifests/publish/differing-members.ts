/** Where two manifests of one version say different things. */
import type { ReleaseManifest } from '../../shared/release.ts';

/** Compressed sizes are a matter of the zstd at hand and say nothing of the content. */
export function differingMembers(known: ReleaseManifest, next: ReleaseManifest): readonly string[] {
  const [a, b] = [comparable(known), comparable(next)];
  return (Object.keys(b) as (keyof typeof b)[]).filter(
    (member) => JSON.stringify(a[member]) !== JSON.stringify(b[member]),
  );
}

function comparable({ package: content, ...rest }: ReleaseManifest) {
  return { ...rest, package: { ...content, storedBytes: 0 } };
}
