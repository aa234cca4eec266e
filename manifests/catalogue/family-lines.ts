/** Which line of a family file a statement stands in, so that whoever wrote it finds it. */
import type { Document } from 'yaml';
import { isMap, isNode, isScalar } from 'yaml';

export type FamilyLines = {
  /** The line of what lies at this path; of what holds it, where nothing lies there. Counted from 1. */
  readonly of: (path: readonly PropertyKey[]) => number;
};

export function linesOf(document: Document, lineAt: (offset: number) => number): FamilyLines {
  const of = (path: readonly PropertyKey[]): number => {
    const offset = offsetOf(document, path);
    if (offset !== undefined) return lineAt(offset);
    return path.length === 0 ? 1 : of(path.slice(0, -1));
  };
  return { of };
}

/** Of a field its name, whose value may begin a line further down. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const holder = document.getIn(path.slice(0, -1), true);
  const field = isMap(holder)
    ? holder.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))?.key
    : document.getIn(path, true);
  return isNode(field) ? field.range?.[0] : undefined;
}
