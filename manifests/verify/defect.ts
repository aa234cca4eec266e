/** One thing that is wrong with a repository. */
export type Defect = {
  /** Target path, version or chunk id. */
  readonly where: string;
  readonly sentence: string;
};
