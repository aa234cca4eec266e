/** The rules of a model as sentences with their sources. */

import type { Said } from '../parts/said.ts';
import { versionsSaid } from '../parts/versions-said.ts';
import type { ModelFacts } from './model-facts.ts';

export function rulesSaid({
  edges,
  floors,
  interchangeableWith,
}: Pick<ModelFacts, 'edges' | 'floors' | 'interchangeableWith'>): Said[] {
  return [
    ...edges.map(({ from, to, verdict, why, source }) => ({
      says: `From ${versionsSaid(from)} to ${versionsSaid(to)}: ${verdict}. ${why}`,
      source,
    })),
    ...floors.map(({ from, lowest, why, source }) => ({
      says: `From ${versionsSaid(from)} not below ${lowest}. ${why}`,
      source,
    })),
    ...interchangeableWith.map(({ hardware, source }) => ({
      says: `Said to run the firmware of ${hardware} and the other way round. Cistern installs by exact hardware all the same.`,
      source,
    })),
  ];
}
