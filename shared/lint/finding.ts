/** What lint has to say about a package: one finding a defect, each with the place it stands at. */
import type { DiskPatchFailure } from '../disk-patches.ts';
import type { PlanFailure } from '../flash-plan.ts';
import type { RawprogramFailure } from '../rawprogram.ts';

export type FindingReason =
  | RawprogramFailure['reason']
  | PlanFailure['reason']
  | 'programmer-missing'
  | 'several-programmers'
  | 'programmer-not-an-image'
  | 'rawprogram-missing'
  | 'several-rawprograms'
  | 'factory-rawprogram'
  | 'ships-calibration'
  | 'too-many-patches'
  | 'patch-malformed'
  | DiskPatchFailure['reason']
  | 'patch-for-the-device'
  | 'md5-list-missing'
  | 'md5-list-malformed'
  | 'md5-file-missing'
  | 'md5-mismatch'
  | 'md5-not-listed'
  | 'name-contradicts-geometry'
  | 'contents-missing'
  | 'contents-malformed'
  | 'chip-contradicts-model'
  | 'partition-table-contradicts-model'
  | 'version-contradicts-name'
  | 'name-shows-no-version'
  | 'version-of-another-model'
  | 'model-not-given'
  | 'file-too-large-to-parse';

export type Finding = {
  /** An `error` keeps a package from being published; a `warning` is for the operator's eyes. */
  readonly severity: 'error' | 'warning';
  readonly reason: FindingReason;
  /** Path inside the package; null where the package as a whole is meant. */
  readonly file: string | null;
  readonly line: number | null;
  readonly sentence: string;
};

export function errorAt(
  reason: FindingReason,
  place: { readonly file: string | null; readonly line?: number },
  sentence: string,
): Finding {
  return { severity: 'error', reason, file: place.file, line: place.line ?? null, sentence };
}

export function warningAt(reason: FindingReason, file: string | null, sentence: string): Finding {
  return { severity: 'warning', reason, file, line: null, sentence };
}
