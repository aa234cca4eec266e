/** What can change about a model: its releases, its rollout, or nothing but the age of its signatures. */

export type Change =
  /** `{version}.targets.json` is stored and verified; make it visible. */
  | { readonly kind: 'targets'; readonly version: number; readonly bytes: Uint8Array }
  /** `follows`: version of the rollout role that the document was judged against. */
  | { readonly kind: 'rollout'; readonly document: Uint8Array<ArrayBuffer>; readonly follows: number }
  /** Sign again what is due. */
  | { readonly kind: 'renewal' };
