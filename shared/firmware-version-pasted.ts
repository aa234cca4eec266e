/**
 * The version in what people really paste: answers of ATI, AT+QGMR or a router's command, a file's name, an order code
 * from a label, with whatever stands around. Signed documents and modems are never read by this: it forgives.
 */
import {
  type FirmwareVersion,
  isApplicationPending,
  parseFirmwareVersion,
  versionWithoutCustom,
} from './firmware-version.ts';
import { PASTED_MAX_CHARS, PASTED_NAMES_MAX, VERSION_TEXT_MAX_CHARS } from './limits.ts';
import { err, ok, type Result } from './result.ts';

export type Pasted =
  | { readonly kind: 'version'; readonly version: FirmwareVersion }
  /** A label names the hardware and the size of its flash, and never what is installed. */
  | {
      readonly kind: 'order-code';
      readonly text: string;
      readonly hardware: string;
      readonly flash: string | null;
    }
  /** Words that may name a model, in capitals; which of them do, the catalogue knows. */
  | { readonly kind: 'names'; readonly names: readonly string[] };

export type PastedFailure =
  | { readonly reason: 'pasted-too-long'; readonly chars: number; readonly maxChars: number }
  | { readonly reason: 'several-versions'; readonly versions: readonly string[] }
  | { readonly reason: 'nothing-pasted' };

export function readPasted(text: string): Result<Pasted, PastedFailure> {
  if (text.length > PASTED_MAX_CHARS) {
    return err({ reason: 'pasted-too-long', chars: text.length, maxChars: PASTED_MAX_CHARS });
  }
  const words = wordsOf(text);
  const versions = withoutRepetitions(versionsIn(words));
  const [version, ...others] = versions;
  if (version !== undefined) {
    if (others.length === 0) return ok({ kind: 'version', version });
    return err({ reason: 'several-versions', versions: versions.map((each) => each.text) });
  }
  for (const word of words) {
    const [code, hardware, megabytes = ''] = ORDER_CODE.exec(word.toUpperCase()) ?? [];
    if (code !== undefined && hardware !== undefined) {
      return ok({ kind: 'order-code', text: code, hardware, flash: FLASH_OF_MEGABYTES[megabytes] ?? null });
    }
  }
  const names = words.flatMap(piecesOf).filter((piece) => NAME.test(piece));
  if (names.length === 0) return err({ reason: 'nothing-pasted' });
  return ok({ kind: 'names', names: [...new Set(names)].slice(0, PASTED_NAMES_MAX) });
}

/** `EC20CEFA-512-STD`: its start is the hardware part, 512 pairs with M4G (field 2a); the other sizes follow suit. */
const ORDER_CODE = /^([A-Z]{2}[A-Z0-9]{2,30})-(\d{3,4})-[A-Z0-9]{2,12}$/;
const FLASH_OF_MEGABYTES: Readonly<Record<string, string>> = {
  128: 'M1G',
  256: 'M2G',
  512: 'M4G',
  1024: 'M8G',
};
const NAME = /^[A-Z]+\d[A-Z0-9]*(-[A-Z0-9]+){0,3}$/;
/** SIMCom's revisions name the branch before the modem: `LE20B04SIM7600G22` (field 2b). */
const SIMCOM_BRANCH = /^[A-Z]{2}\d{2}B\d{2}(?=SIM\d)/;

/** `SIMCOM_SIM7600E-H`, or a version in a way of writing that is not read here: `EC200UEUAAR03A02M08_01.001`. */
function piecesOf(word: string): readonly string[] {
  const pieces = word.replace(ENDINGS, '').toUpperCase().split('_');
  return pieces.map((piece) => piece.replace(SIMCOM_BRANCH, ''));
}

/** Invisible marks, and the colours of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
const NOT_TEXT = /\u001b\[[0-9;]*[A-Za-z]|\p{Cf}/gu;

function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .replace(NOT_TEXT, '')
    .replace(/[ \t\r\n]{0,8}_[ \t\r\n]{0,8}/g, '_')
    .split(/[^A-Za-z0-9._-]+/)
    .filter((word) => word !== '');
}

/** A custom part that stands apart: `EC25EUGAR08A03M4G 01.200.01.200`. */
const CUSTOM_ALONE = /^[A-Z0-9]{1,2}\.\d{3}(\.[A-Z0-9]{1,2}\.\d{3})?$/;

function versionsIn(words: readonly string[]): readonly FirmwareVersion[] {
  return words.flatMap((word, i) => {
    const version = versionIn(word);
    if (version === null) return [];
    const next = words[i + 1] ?? '';
    if (version.custom !== null || !CUSTOM_ALONE.test(next)) return [version];
    const whole = parseFirmwareVersion(`${version.text}_${next}`);
    return [whole.ok ? whole.value : version];
  });
}

/** Of files, and words that say what the file is for. `beta` is none of them: it is another firmware. */
const ENDINGS =
  /(?:[._-](?:zip|7z|rar|tar|gz|tgz|xz|bin|txt|log|pdf|update|upgrade|firmware|fw|package|full))+$/i;
/** Longer words hold no version: VERSION_TEXT_MAX_CHARS, an ending, and a word or two before it. */
const WORD_MAX_CHARS = 2 * VERSION_TEXT_MAX_CHARS;

/** `Firmware_EC25EUGAR08A03M4G_01.200.zip`, `ec25eugar08a03m4g`: with or without what stands before and behind. */
function versionIn(word: string): FirmwareVersion | null {
  if (word.length > WORD_MAX_CHARS) return null;
  const bare = word.replace(ENDINGS, '').replace(/[._-]+$/, '');
  const spelt = bare === bare.toLowerCase() ? bare.toUpperCase() : bare;
  for (let from = 0, skipped = 0; skipped <= 3; skipped++) {
    const version = parseFirmwareVersion(spelt.slice(from));
    if (version.ok) return version.value;
    const next = spelt.slice(from).search(/[_-]/);
    if (next === -1) return null;
    from += next + 1;
  }
  return null;
}

/** ATI leaves the custom part away, AT+QGMR shows it: of versions that say the same the fullest one stays. */
function withoutRepetitions(versions: readonly FirmwareVersion[]): readonly FirmwareVersion[] {
  const distinct = [...new Map(versions.map((version) => [version.text, version])).values()];
  return distinct.filter((one) => !distinct.some((other) => other !== one && saysMore(other, one)));
}

function saysMore(fuller: FirmwareVersion, version: FirmwareVersion): boolean {
  if (versionWithoutCustom(fuller) !== versionWithoutCustom(version) || fuller.custom === null) return false;
  if (version.custom === null) return true;
  if (isApplicationPending(fuller)) return false;
  return isApplicationPending(version) || fuller.custom.startsWith(`${version.custom}.`);
}
