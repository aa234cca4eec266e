/** A sentence, and who says so. */
export type Said = { readonly says: string; readonly source: string };
