/** Ranges of pages or sectors, and how they lie to each other. */
export type Sectors = { readonly startSector: number; readonly sectorCount: number };

export function overlaps(a: Sectors, b: Sectors): boolean {
  return a.startSector < endOf(b) && b.startSector < endOf(a);
}

/** The first sector behind it. */
export function endOf(range: Sectors): number {
  return range.startSector + range.sectorCount;
}
