/**
 * Does this firmware fit this modem? Rules of field 2e, judged alike on the edge and on the device.
 * `not known` is a refusal (P6): an edge between versions that nobody vouches for is not taken.
 */
import type { KnownEdge, ModelEntry } from './catalogue.ts';
import { judgeFloors } from './compatibility-floor.ts';
import { isEmbargoed, lockedBecause, matchesVersion, mayMatchVersion } from './compatibility-match.ts';
import { findPath, findWays, type StepFits } from './compatibility-path.ts';
import { judgeUnlisted } from './compatibility-unlisted.ts';
import {
  type CompatibilityReason,
  OUR_RULE,
  type StepVerdict,
  says,
  type Verdict,
} from './compatibility-verdict.ts';
import { type FirmwareVersion, isApplicationPending } from './firmware-version.ts';
import { productOf } from './model.ts';
import type { ReleaseManifest } from './release.ts';

export type Compatibility = {
  readonly verdict: Verdict;
  readonly reasons: readonly CompatibilityReason[];
  /** Versions to install in turn, the wanted one last; empty unless it fits. */
  readonly path: readonly string[];
};

/** What the rules need of a model: of its signed entry, or of what the catalogue knows of one that has none yet. */
export type ModelRules = Pick<ModelEntry, 'hardware' | 'flash' | 'edges' | 'floors' | 'interchangeableWith'>;

export type KnownRelease = Pick<ReleaseManifest, 'version' | 'installableFrom'>;

/** Verdict on `installed -> wanted`, through intermediate releases where a direct step is not allowed. */
export function judgeCompatibility(
  installed: FirmwareVersion,
  wanted: FirmwareVersion,
  known: { readonly entry: ModelEntry; readonly releases: readonly KnownRelease[] },
): Compatibility {
  const release = known.releases.find((candidate) => candidate.version === wanted.text);
  if (release === undefined) {
    const sentence = `${wanted.text} is not published here for ${known.entry.model}.`;
    return {
      verdict: 'not known',
      reasons: [{ code: 'release-not-published', sentence, source: 'this repository' }],
      path: [],
    };
  }
  const direct = judgeStep(installed, wanted, known.entry, release);
  if (direct.verdict === 'fits') return { ...direct, path: [wanted.text] };
  const search = findPath(installed, wanted, known.releases, stepFits(known.entry));
  if (search.kind === 'none') return { ...direct, path: [] };
  if (search.kind === 'ended') {
    const sentence = `Ways through other releases were sought for ${search.stepsJudged} steps, and no further. Ask about a release in between.`;
    const ended = { code: 'path-search-ended', sentence, source: OUR_RULE } as const;
    return { ...direct, reasons: [...direct.reasons, ended], path: [] };
  }
  const { path } = search;
  const sentence = `Not in one step, but through ${path.slice(0, -1).join(', then ')}.`;
  return {
    verdict: 'fits',
    reasons: [...direct.reasons, { code: 'path-found', sentence, source: 'releases of this repository' }],
    path,
  };
}

/** The published versions that fit, directly or through others; bounded as one search for a way is. */
export function versionsThatFit(
  installed: FirmwareVersion,
  known: { readonly entry: ModelEntry; readonly releases: readonly KnownRelease[] },
): ReadonlySet<string> {
  const reached = findWays(installed, known.releases, stepFits(known.entry)).ways.keys();
  const isPublished = known.releases.some(({ version }) => version === installed.text);
  return new Set(isPublished ? [...reached, installed.text] : reached);
}

function stepFits(entry: ModelEntry): StepFits<KnownRelease> {
  return (from, to, by) => judgeStep(from, to, entry, by).verdict === 'fits';
}

/** Verdict on one direct step. Refusals come first, so a listed edge never overrides a forbidden one. */
export function judgeStep(
  installed: FirmwareVersion,
  wanted: FirmwareVersion,
  entry: ModelRules,
  release: KnownRelease,
): StepVerdict {
  if (productOf(installed) !== productOf(wanted) || productOf(wanted) !== productOf(entry)) {
    return judgeOtherModel(installed, wanted, entry);
  }
  if (isApplicationPending(installed)) {
    return says(
      'not known',
      'application-pending',
      `${installed.text} is what a modem answers before its application side has started, and no version. Ask it again (AT+QGMR) in a few seconds.`,
      'field 2a: a custom part that ends with .00.000',
    );
  }
  if (installed.text === wanted.text)
    return says('fits', 'same-version', `${wanted.text} is what is installed.`);
  return (
    findProhibition(installed, wanted, entry) ??
    findVoucher(installed, wanted, entry, release) ??
    judgeUnlisted(installed, wanted)
  );
}

function judgeOtherModel(
  installed: FirmwareVersion,
  wanted: FirmwareVersion,
  entry: ModelRules,
): StepVerdict {
  const exception = entry.interchangeableWith?.find(({ hardware }) => hardware === wanted.hardware);
  const isOfEntry = productOf(installed) === productOf(entry);
  if (exception !== undefined && isOfEntry && installed.flash === wanted.flash) {
    return says(
      'not known',
      'hardware-interchangeable',
      `${installed.hardware} and ${wanted.hardware} are said to run each other's firmware. Cistern installs by exact hardware: look for this release for ${installed.hardware}.`,
      exception.source,
    );
  }
  return says(
    'does not fit',
    'other-model',
    `${installed.text} runs on ${installed.hardware} with ${installed.flash} flash; ${wanted.text} is for ${wanted.hardware} with ${wanted.flash}.`,
    'field 2e rules 1 and 2: hardware and flash must match exactly',
  );
}

/** What nobody can vouch for: known dead ends, and the way out of the locked line. */
function findProhibition(
  installed: FirmwareVersion,
  wanted: FirmwareVersion,
  { edges, floors = [] }: ModelRules,
): StepVerdict | null {
  const forbidden = findEdge(edges, 'forbidden', installed, wanted);
  if (forbidden !== undefined) return says('does not fit', 'edge-forbidden', forbidden.why, forbidden.source);
  const locked = lockedBecause(installed);
  if (locked !== null && !isEmbargoed(wanted)) {
    return says(
      'does not fit',
      'embargo',
      `${installed.text} is of the locked line (${locked}), which a modem does not leave, and ${wanted.text} is outside of it. Take a release of the locked line.`,
      'field 1a: embargo rule of the router vendor since 2023',
    );
  }
  const floor = judgeFloors(floors, installed, wanted);
  if (floor.kind === 'below') {
    return says(
      'does not fit',
      'below-floor',
      `${wanted.text} is below ${floor.floor.lowest}, the lowest that a modem with ${installed.text} takes. ${floor.floor.why}`,
      floor.floor.source,
    );
  }
  // A version that does not show its customer line may be of the very line that must not go this way.
  const hidden = [installed, wanted].find((version) => version.custom === null);
  const mayBeBelow = floor.kind === 'may-be-below';
  const mayBeLocked = installed.custom === null && !isEmbargoed(wanted);
  const mayBeForbidden = edges.some(
    ({ verdict, from, to }) =>
      verdict === 'forbidden' && mayMatchVersion(from, installed) && mayMatchVersion(to, wanted),
  );
  if (hidden === undefined || !(mayBeLocked || mayBeForbidden || mayBeBelow)) return null;
  return says(
    'not known',
    'custom-part-missing',
    `${hidden.text} does not show its customer line (AT+QGMR does), and not every line may go to ${wanted.text}.`,
  );
}

/** Somebody who says that this very step works. */
function findVoucher(
  installed: FirmwareVersion,
  wanted: FirmwareVersion,
  entry: ModelRules,
  release: KnownRelease,
): StepVerdict | null {
  const listed = release.installableFrom.find((way) => matchesVersion(way.from, installed));
  if (listed !== undefined) {
    const sentence = `The release names ${installed.text} as one it may follow.`;
    return says('fits', 'edge-listed', sentence, listed.source);
  }
  const allowed = findEdge(entry.edges, 'allowed', installed, wanted);
  return allowed === undefined ? null : says('fits', 'edge-listed', allowed.why, allowed.source);
}

function findEdge(
  edges: readonly KnownEdge[],
  verdict: KnownEdge['verdict'],
  from: FirmwareVersion,
  to: FirmwareVersion,
): KnownEdge | undefined {
  return edges.find(
    (edge) => edge.verdict === verdict && matchesVersion(edge.from, from) && matchesVersion(edge.to, to),
  );
}
