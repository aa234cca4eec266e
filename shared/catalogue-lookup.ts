/**
 * What the catalogue knows of a hardware or a name that somebody typed, and what they may have meant. Everything is
 * found by key: the work of a look-up does not grow with the number of models.
 */
import type { CatalogueIndex, KnownFamily, KnownModel } from './catalogue-index.ts';
import { NEAR_MISSES_MAX } from './limits.ts';

export type KnownHardware = {
  readonly family: KnownFamily;
  readonly model: KnownModel;
};

export type CatalogueLookup = {
  /** Each size of flash of this hardware; none where it is not known. */
  readonly modelsOf: (hardware: string) => readonly KnownHardware[];
  /** The family whose prefix, variant or name the text begins with; the longest wins, so EC200A is not an EC20. */
  readonly familyOf: (text: string) => KnownFamily | null;
  /** Hardware that differs by one letter, left out, added, other or swapped; the nearest first. */
  readonly nearMisses: (hardware: string) => readonly KnownHardware[];
};

export function catalogueLookup({ families }: CatalogueIndex): CatalogueLookup {
  const byHardware = new Map<string, KnownHardware[]>();
  const byPrefix = new Map<string, KnownFamily>();
  const byShortened = new Map<string, string[]>();
  for (const family of families) {
    for (const name of [...family.hardwarePrefixes, ...family.variants]) byPrefix.set(plain(name), family);
    for (const model of family.models) {
      const known = byHardware.get(model.hardware);
      if (known !== undefined) {
        known.push({ family, model });
        continue;
      }
      byHardware.set(model.hardware, [{ family, model }]);
      for (const shortened of shortenings(model.hardware)) {
        const others = byShortened.get(shortened);
        if (others === undefined) byShortened.set(shortened, [model.hardware]);
        else if (others.length < SAME_SHORTENING_MAX) others.push(model.hardware);
      }
    }
  }
  const modelsOf = (hardware: string) => byHardware.get(hardware) ?? [];
  return {
    modelsOf,
    familyOf: (text) => {
      const name = plain(text);
      for (let length = Math.min(name.length, NAME_MAX_CHARS); length >= 2; length--) {
        const family = byPrefix.get(name.slice(0, length));
        if (family !== undefined) return family;
      }
      return null;
    },
    nearMisses: (hardware) => {
      const sought = hardware.slice(0, NAME_MAX_CHARS);
      const found = new Set(shortenings(sought).flatMap((shortened) => byShortened.get(shortened) ?? []));
      found.delete(sought);
      return [...found]
        .filter((candidate) => isOneLetterOff(candidate, sought))
        .sort(
          (a, b) =>
            Math.abs(a.length - sought.length) - Math.abs(b.length - sought.length) || (a < b ? -1 : 1),
        )
        .flatMap(modelsOf)
        .slice(0, NEAR_MISSES_MAX);
    },
  };
}

const NAME_MAX_CHARS = 32;
/** Hardware that one shortening may stand for: a hundred models that differ in one place are a list, not a hint. */
const SAME_SHORTENING_MAX = 16;

/** `RM502Q-AE` and `RM502QAE` are one name. */
function plain(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** The text itself and every text with one letter left out. */
function shortenings(text: string): readonly string[] {
  const all = new Set([text]);
  for (let i = 0; i < text.length; i++) all.add(text.slice(0, i) + text.slice(i + 1));
  return [...all];
}

/** One letter left out, added, other, or swapped with its neighbour. Two texts can share a shortening and be further apart. */
function isOneLetterOff(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length + right.length <= 1 || (left.length === 1 && right.length === 1)) return true;
  return left.length === 2 && left === `${right[1]}${right[0]}`;
}
