/** The shortest way from one version to another through published releases: breadth first, bounded in hops and steps. */
import { type FirmwareVersion, parseFirmwareVersion } from './firmware-version.ts';
import { COMPATIBILITY_MAX_HOPS, COMPATIBILITY_MAX_STEPS } from './limits.ts';

export type PathSearch =
  /** Versions to install in turn, the wanted one last. */
  | { readonly kind: 'found'; readonly path: readonly string[] }
  | { readonly kind: 'none' }
  /** Given up at COMPATIBILITY_MAX_STEPS: whether there is a way is not known. */
  | { readonly kind: 'ended'; readonly stepsJudged: number };

/** Versions that can be reached, each with the versions to install in turn; `endedAfterSteps` is null where nothing was left untried. */
export type Ways = {
  readonly ways: ReadonlyMap<string, readonly string[]>;
  readonly endedAfterSteps: number | null;
};

export type StepFits<Release> = (from: FirmwareVersion, to: FirmwareVersion, by: Release) => boolean;

/** `fits` judges one step by the release it installs. Releases whose version cannot be read are passed over. */
export function findPath<Release extends { readonly version: string }>(
  installed: FirmwareVersion,
  wanted: FirmwareVersion,
  releases: readonly Release[],
  fits: StepFits<Release>,
): PathSearch {
  const { ways, endedAfterSteps } = findWays(installed, releases, fits, wanted.text);
  const path = ways.get(wanted.text);
  if (path !== undefined) return { kind: 'found', path };
  return endedAfterSteps === null ? { kind: 'none' } : { kind: 'ended', stepsJudged: endedAfterSteps };
}

/** Ways to every release, or until the one to `wanted` is found. */
export function findWays<Release extends { readonly version: string }>(
  installed: FirmwareVersion,
  releases: readonly Release[],
  fits: StepFits<Release>,
  wanted: string | null = null,
): Ways {
  const ways = new Map<string, readonly string[]>();
  let unreached = releases.flatMap((release) => {
    const version = parseFirmwareVersion(release.version);
    return version.ok && version.value.text !== installed.text ? [{ release, version: version.value }] : [];
  });
  let stepsJudged = 0;
  let frontier: { version: FirmwareVersion; path: readonly string[] }[] = [{ version: installed, path: [] }];
  for (let hop = 0; hop < COMPATIBILITY_MAX_HOPS && frontier.length > 0; hop++) {
    const next: typeof frontier = [];
    for (const { version: from, path } of frontier) {
      const left: typeof unreached = [];
      for (const candidate of unreached) {
        if (stepsJudged === COMPATIBILITY_MAX_STEPS) return { ways, endedAfterSteps: stepsJudged };
        stepsJudged++;
        const { version } = candidate;
        if (!fits(from, version, candidate.release)) {
          left.push(candidate);
          continue;
        }
        const through = [...path, version.text];
        ways.set(version.text, through);
        if (version.text === wanted) return { ways, endedAfterSteps: null };
        next.push({ version, path: through });
      }
      unreached = left;
    }
    frontier = next;
  }
  return { ways, endedAfterSteps: null };
}
