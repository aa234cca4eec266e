/** Why a support archive could not be written. */
export type BundleFailure = {
  readonly reason: 'bundle-not-written';
  readonly path: string;
  readonly why: string;
};
