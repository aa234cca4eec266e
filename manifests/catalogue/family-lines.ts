/** Which line of a family file a statement stands in, so that whoever wrote it finds it. */
import type { Document } from 'yaml';
import { isNode } from 'yaml';

export type FamilyLines = {
  /** The line of what lies at this path; of what holds it, where nothing lies there. Counted from 1. */
  readonly of: (path: readonly PropertyKey[]) => number;
};

export function linesOf(document: Document, lineAt: (offset: number) => number): FamilyLines {
  const of = (path: readonly PropertyKey[]): number => {
    const node = document.getIn(path, true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    if (offset !== undefined) return lineAt(offset);
    return path.length === 0 ? 1 : of(path.slice(0, -1));
  };
  return { of };
}
