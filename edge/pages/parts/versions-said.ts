/** Which versions a rule speaks of, in words. */
import type { VersionMatch } from '../../../shared/catalogue.ts';

export function versionsSaid({ baseline, minRelease, maxRelease, customLine }: VersionMatch): string {
  const parts = [
    baseline === undefined ? null : `baseline R${twoDigits(baseline)}`,
    releasesSaid(minRelease, maxRelease),
    customLine === undefined ? null : `customer line ${customLine}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'every version' : parts.join(', ');
}

function releasesSaid(min: number | undefined, max: number | undefined): string | null {
  if (min === undefined && max === undefined) return null;
  if (min === max) return `release A${twoDigits(min ?? 0)}`;
  if (max === undefined) return `releases from A${twoDigits(min ?? 0)}`;
  if (min === undefined) return `releases up to A${twoDigits(max)}`;
  return `releases A${twoDigits(min)} to A${twoDigits(max)}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
