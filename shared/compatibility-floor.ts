/** Floors: versions below which a modem does not go any more (field 2e rule 4). */
import type { VersionFloor } from './catalogue.ts';
import { customLine, matchesVersion, mayMatchVersion } from './compatibility-match.ts';
import { compareFirmwareVersions, type FirmwareVersion, parseFirmwareVersion } from './firmware-version.ts';

export type FloorVerdict =
  | { readonly kind: 'below'; readonly floor: VersionFloor }
  /** A custom part that is not shown decides. */
  | { readonly kind: 'may-be-below'; readonly floor: VersionFloor }
  | { readonly kind: 'clear' };

/** Of versions of one hardware and flash. A certain floor comes before one that only may hold. */
export function judgeFloors(
  floors: readonly VersionFloor[],
  installed: FirmwareVersion,
  wanted: FirmwareVersion,
): FloorVerdict {
  let uncertain: FloorVerdict = { kind: 'clear' };
  for (const floor of floors) {
    const lowest = parseFirmwareVersion(floor.lowest);
    if (!lowest.ok || !mayMatchVersion(floor.from, installed)) continue;
    const [stands, stays] = [isAtLeast(installed, lowest.value), isAtLeast(wanted, lowest.value)];
    // A modem that never was above the floor is not held by it, and a step that stays above is free.
    if (stands === false || stays === true) continue;
    if (stands === true && stays === false && matchesVersion(floor.from, installed)) {
      return { kind: 'below', floor };
    }
    uncertain = { kind: 'may-be-below', floor };
  }
  return uncertain;
}

/**
 * Whether a version is the floor or newer; null where its hidden custom part decides. At equal numbers a floor speaks
 * of its own customer line alone.
 */
function isAtLeast(version: FirmwareVersion, lowest: FirmwareVersion): boolean | null {
  for (const part of ['baseline', 'release', 'revision'] as const) {
    if (version[part] !== lowest[part]) return version[part] > lowest[part];
  }
  if (version.text === lowest.text || lowest.custom === null) return true;
  if (version.custom === null) return null;
  return customLine(version) !== customLine(lowest) || compareFirmwareVersions(version, lowest) >= 0;
}
