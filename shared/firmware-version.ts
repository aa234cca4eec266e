/**
 * Quectel firmware version strings: grammar, parts, order (field 2a).
 *
 * `EC25EUGAR08A03M4G_01.200.01.200` = hardware `EC25EUGA`, baseline `R08`, release `A03`, flash `M4G`,
 * suffix ``, custom `01.200.01.200`. The hardware part ends where the first `RnnAnn` begins: `EC25EFAR02A08M4G`
 * is hardware `EC25EFA`, not `EC25EFAR`.
 */
import { VERSION_TEXT_MAX_CHARS } from './limits.ts';
import { err, ok, type Result } from './result.ts';

export type FirmwareVersion = {
  readonly text: string;
  /** Model, region and hardware revision as printed on the label, e.g. `EC25EUGA`. */
  readonly hardware: string;
  /** Chip and SDK branch, e.g. 8 of `R08`. Crossing it can break the radio. */
  readonly baseline: number;
  /** Release within its baseline, e.g. 3 of `A03`. */
  readonly release: number;
  /** The optional `Vnn` of the EM20; 0 where it is absent. */
  readonly revision: number;
  /** Flash size, e.g. `M4G` = 4 Gbit. */
  readonly flash: string;
  /** Letter variant after the flash size, e.g. `A` of `M4GA`; empty for most. */
  readonly suffix: string;
  /** Sub-version and customer line, e.g. `01.200.01.200`; `null` where the modem did not say (AT+CGMR). */
  readonly custom: string | null;
};

export type VersionFailure =
  | { readonly reason: 'version-too-long'; readonly chars: number; readonly maxChars: number }
  | { readonly reason: 'version-unreadable'; readonly text: string };

const GRAMMAR =
  /^([A-Z0-9]+?)R(\d{2})A(\d{2})(?:V(\d{2}))?([ME]\d{1,2}G)([A-Z]*)(?:_([A-Za-z0-9][A-Za-z0-9._]*))?$/;

/** Reads one version string; surrounding white space is allowed, anything else unknown is refused (P6). */
export function parseFirmwareVersion(input: string): Result<FirmwareVersion, VersionFailure> {
  if (input.length > VERSION_TEXT_MAX_CHARS) {
    return err({ reason: 'version-too-long', chars: input.length, maxChars: VERSION_TEXT_MAX_CHARS });
  }
  const text = input.trim();
  const match = GRAMMAR.exec(text);
  if (match === null) return err({ reason: 'version-unreadable', text });
  const [, hardware = '', baseline, release, revision, flash = '', suffix = '', custom] = match;
  return ok({
    text,
    hardware,
    baseline: Number(baseline),
    release: Number(release),
    revision: Number(revision ?? 0),
    flash,
    suffix,
    custom: custom ?? null,
  });
}

/**
 * `_01.016.00.000` is not a version: the application side has not started yet (field 2a). Ask again.
 */
export function isApplicationPending(version: FirmwareVersion): boolean {
  return version.custom?.endsWith('.00.000') ?? false;
}

/** `EC25EUGAR08A03M4G`: what the DIAG version request and AT+CGMR report of it. */
export function versionWithoutCustom(version: FirmwareVersion): string {
  return version.custom === null ? version.text : version.text.slice(0, -version.custom.length - 1);
}

/** Numbers of a custom part compare as numbers, other pieces as text; a missing custom part comes first. */
function compareCustom(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const left = a.split(/[._]/);
  const right = b.split(/[._]/);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = comparePiece(left[i], right[i]);
    if (difference !== 0) return difference;
  }
  return compareText(a, b);
}

function comparePiece(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const numbers = /^\d+$/;
  if (numbers.test(a) && numbers.test(b)) return Math.sign(Number(a) - Number(b));
  if (numbers.test(a) !== numbers.test(b)) return numbers.test(a) ? -1 : 1;
  return compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * Total order of versions: by hardware and flash first (so that unlike models never mix), then baseline,
 * release, revision, suffix, custom; 0 only for the same text. It says which is newer, not whether one may follow
 * the other.
 */
export function compareFirmwareVersions(a: FirmwareVersion, b: FirmwareVersion): number {
  return (
    compareText(a.hardware, b.hardware) ||
    compareText(a.flash, b.flash) ||
    Math.sign(a.baseline - b.baseline) ||
    Math.sign(a.release - b.release) ||
    Math.sign(a.revision - b.revision) ||
    compareText(a.suffix, b.suffix) ||
    compareCustom(a.custom, b.custom) ||
    compareText(a.text, b.text)
  );
}
