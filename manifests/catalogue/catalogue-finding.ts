/** What a check of the catalogue finds, with the line it stands in. */
export type CatalogueFinding = {
  /** Below the catalogue directory, e.g. `quectel/ec25.yaml`. */
  readonly file: string;
  readonly line: number;
  /** `missing` is no mistake: somebody would have to find it out. */
  readonly severity: 'error' | 'warning' | 'missing';
  readonly sentence: string;
};

/** What the skeletons of `catalogue add` leave to whoever knows. */
export const TO_FILL_IN = 'FILL IN';
