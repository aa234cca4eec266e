/**
 * How an operator writes which versions a release may follow: `R06`, `R06A05`, `R06A05..R06A09`, `R06A05..`, each with
 * an optional customer line after a colon (`R06A05:01`); several separated by commas or white space.
 */
import type { VersionMatch } from '../../shared/catalogue.ts';
import { err, ok, type Result } from '../../shared/result.ts';

export type FromFailure = { readonly reason: 'from-unreadable'; readonly text: string };

const RANGES_MAX = 100;
const ONE = /^R(\d{2})(?:A(\d{2})(\.\.(?:R(\d{2})A(\d{2}))?)?)?(?::([A-Z0-9]{1,4}))?$/;

export function parseInstallableFrom(text: string): Result<readonly VersionMatch[], FromFailure> {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0 || words.length > RANGES_MAX) return err({ reason: 'from-unreadable', text });
  const matches: VersionMatch[] = [];
  for (const word of words) {
    const match = parseOne(word);
    if (match === null) return err({ reason: 'from-unreadable', text: word });
    matches.push(match);
  }
  return ok(matches);
}

function parseOne(word: string): VersionMatch | null {
  const parts = ONE.exec(word);
  if (parts === null) return null;
  const [, baseline, first, dots, lastBaseline, last, customLine] = parts;
  // A range stays within its baseline: releases of different baselines have no order of their own.
  if (lastBaseline !== undefined && lastBaseline !== baseline) return null;
  const minRelease = first === undefined ? undefined : Number(first);
  const maxRelease = dots === undefined ? minRelease : last === undefined ? undefined : Number(last);
  if (minRelease !== undefined && maxRelease !== undefined && maxRelease < minRelease) return null;
  return {
    baseline: Number(baseline),
    ...(minRelease === undefined ? {} : { minRelease }),
    ...(maxRelease === undefined ? {} : { maxRelease }),
    ...(customLine === undefined ? {} : { customLine }),
  };
}
