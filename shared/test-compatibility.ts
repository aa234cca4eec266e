/** Releases, edges and judgements that tests of compatibility are written in. */
import type { KnownEdge, ModelEntry, VersionMatch } from './catalogue.ts';
import { judgeCompatibility, type KnownRelease } from './compatibility.ts';
import { modelEntry, version } from './test-documents.ts';

export const release = (text: string, ...from: readonly VersionMatch[]): KnownRelease => ({
  version: text,
  installableFrom: from.map((match) => ({ from: match, source: 'the maker' })),
});
export const edge = (verdict: KnownEdge['verdict'], from: VersionMatch, to: VersionMatch): KnownEdge => ({
  from,
  to,
  verdict,
  why: `${verdict} by the maker`,
  source: 'the maker',
});
export const judge = (
  installed: string,
  wanted: string,
  releases: readonly KnownRelease[] = [release(wanted)],
  entry: ModelEntry = modelEntry(),
) => judgeCompatibility(version(installed), version(wanted), { entry, releases });
export const entryFor = (text: string, edges: readonly KnownEdge[] = []) => {
  const { hardware, flash } = version(text);
  return modelEntry({ hardware, flash, edges: [...edges] });
};

const V = 'EC25EUGAR06A';
export const at = (rest: string) => `${V}${rest}`;
