/** What a model's page shows, whether a signed entry says it or the catalogue that is built in. */
import type { ModelEntry } from '../../../shared/catalogue.ts';
import type { FlashMethod, KnownModel } from '../../../shared/catalogue-index.ts';
import type { KnownHardware } from '../../../shared/catalogue-lookup.ts';
import type { ModelId } from '../../../shared/model.ts';
import type { ReleaseSummary } from '../../models/release-summary.ts';
import type { ModelRow } from '../../store/model-rows.ts';

type Rules = Pick<KnownModel, 'edges' | 'floors' | 'interchangeableWith' | 'knownIssues' | 'seenVersions'>;

export type ModelFacts = Rules & {
  readonly model: ModelId;
  readonly name: string;
  readonly hardware: string;
  readonly flash: string | null;
  readonly chip: string | null;
  readonly flashMethod: FlashMethod;
  readonly routers: readonly string[];
  readonly sources: readonly string[];
  /** What a signed entry alone says; null where there is none. */
  readonly entry: Pick<ModelEntry, 'storage' | 'usb' | 'protectedRanges'> | null;
  readonly releases: readonly ReleaseSummary[];
  /** What must be found out before a release can be published. */
  readonly missing: readonly string[];
};

export function factsOfRow(model: ModelId, { entry, releases }: ModelRow): ModelFacts {
  const { floors = [], seenVersions = [], interchangeableWith = [] } = entry;
  return { ...entry, model, floors, seenVersions, interchangeableWith, entry, releases, missing: [] };
}

export function factsOfKnown(model: ModelId, { family, model: known }: KnownHardware): ModelFacts {
  return { ...known, model, chip: family.chip, flashMethod: family.flashMethod, entry: null, releases: [] };
}
