/** What a rule says of a version: does it match, might it if the version showed all of itself, which line is it of. */
import type { VersionMatch } from './catalogue.ts';
import type { FirmwareVersion } from './firmware-version.ts';

export function matchesVersion(match: VersionMatch, version: FirmwareVersion): boolean {
  return (
    (match.baseline === undefined || match.baseline === version.baseline) &&
    (match.minRelease === undefined || version.release >= match.minRelease) &&
    (match.maxRelease === undefined || version.release <= match.maxRelease) &&
    (match.customLine === undefined || match.customLine === customLine(version))
  );
}

/** Matches, or would if the version showed its customer line. */
export function mayMatchVersion(
  { customLine: line, ...rest }: VersionMatch,
  version: FirmwareVersion,
): boolean {
  return matchesVersion(
    version.custom === null || line === undefined ? rest : { ...rest, customLine: line },
    version,
  );
}

/** `01` of `01.200.01.200`; null where the version has no custom part. */
export function customLine(version: FirmwareVersion): string | null {
  return version.custom?.split('.')[0] ?? null;
}

const LOCKED_NUMBER = /^[A-Z0-9]{1,2}\.[23]\d{2}(\.[A-Z0-9]{1,2}\.[23]\d{2})?$/;

/**
 * What puts a version on the locked line, in words; null where it is not on it. Release A2x or A3x, or custom
 * x.2xx.x.2xx / x.3xx.x.3xx, also where only its first half is told (field 1a, 2a).
 */
export function lockedBecause({ release, custom }: FirmwareVersion): string | null {
  if (release >= 20 && release <= 39) return `release A${release} is of A20 to A39`;
  const isLocked = custom !== null && LOCKED_NUMBER.test(custom);
  return isLocked ? `custom number ${custom} is of x.2xx and x.3xx` : null;
}

export function isEmbargoed(version: FirmwareVersion): boolean {
  return lockedBecause(version) !== null;
}
