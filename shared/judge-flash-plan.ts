/** Whether what a package wants to erase, write and patch may be erased, written and patched. Every reason is given. */
import { isCalibrationPartition } from './calibration-partitions.ts';
import type { DiskPatch } from './disk-patches.ts';
import type { PlanFailure, PlanInput, PlannedProgram } from './flash-plan.ts';
import type { RawprogramCommand } from './rawprogram.ts';
import { endOf, overlaps, type Sectors } from './sector-range.ts';
import {
  bootSectorOf,
  type NandStorage,
  type StorageGeometry,
  sectorBytesOf,
  totalSectorsOf,
} from './storage.ts';

type Limits = Pick<PlanInput, 'storage' | 'protectedRanges'>;
type Touching = Extract<RawprogramCommand, { kind: 'erase' | 'program' }>;
type Named = Exclude<RawprogramCommand, { kind: 'guard' }>;

/** What the commands of the file say by themselves. */
export function judgeCommands(commands: readonly RawprogramCommand[], limits: Limits): PlanFailure[] {
  const { storage } = limits;
  const erases = commands.filter((command) => command.kind === 'erase');
  const programs = commands.filter((command) => command.kind === 'program');
  const untouched = commands.filter((command) => command.kind === 'partition');
  const touching: readonly Touching[] = [...erases, ...programs];
  return [
    ...touching.flatMap((command) => judgeRange(command, limits)),
    ...touching.flatMap((command) => judgeNeighbours(command, untouched)),
    ...[...touching, ...untouched].flatMap((command) => judgeLabel(command, limits)),
    ...(storage.type === 'nand' ? erases.flatMap((erase) => judgeAlignment(erase, storage)) : []),
    ...judgeOverlaps(erases),
    ...judgeOverlaps(programs),
    ...judgeBootPartition(erases, programs, storage),
  ];
}

/** What shows only once it is known which pages or sectors are written. */
export function judgePlanned(
  programs: readonly PlannedProgram[],
  patches: readonly DiskPatch[],
  storage: StorageGeometry,
): PlanFailure[] {
  return [
    ...judgeSharedWindows(programs),
    ...patches.flatMap((patch) => judgePatch(patch, programs, storage)),
  ];
}

function judgeRange(command: Touching, { storage, protectedRanges }: Limits): PlanFailure[] {
  const { line, startSector, sectorCount, sectorBytes, pagesPerBlock, physicalPartition } = command;
  const failures: PlanFailure[] = [];
  const wantedPages = storage.type === 'nand' ? storage.pagesPerBlock : null;
  if (sectorBytes !== sectorBytesOf(storage) || pagesPerBlock !== wantedPages) {
    failures.push({ line, reason: 'geometry-contradicts-model', sectorBytes, pagesPerBlock });
  }
  if (sectorCount === 0) failures.push({ line, reason: 'empty-range' });
  const totalSectors = totalSectorsOf(storage);
  if (endOf(command) > totalSectors) {
    failures.push({ line, reason: 'beyond-storage', endSector: endOf(command), totalSectors });
  }
  if (physicalPartition !== 0) failures.push({ line, reason: 'wrong-physical-partition', physicalPartition });
  for (const range of protectedRanges) {
    if (overlaps(command, range)) {
      failures.push({ line, reason: 'touches-protected-range', range: range.name, startSector, sectorCount });
    }
  }
  return failures;
}

/** Where the file itself names a partition of calibration that it does not write, nothing else may write there. */
function judgeNeighbours(command: Touching, untouched: readonly Named[]): PlanFailure[] {
  const { line, startSector, sectorCount } = command;
  return untouched
    .filter(({ label = '' }) => isCalibrationPartition(label))
    .filter((partition) => overlaps(command, partition))
    .map(({ label = '' }) => ({
      line,
      reason: 'touches-protected-range',
      range: label,
      startSector,
      sectorCount,
    }));
}

/** A name is a second witness: of what calibration is, and of where it lies. */
function judgeLabel(command: Named, { protectedRanges }: Limits): PlanFailure[] {
  const { line, label, startSector } = command;
  if (label === undefined) return [];
  if (command.kind !== 'partition' && isCalibrationPartition(label))
    return [{ line, reason: 'touches-calibration', label }];
  const known = protectedRanges.find(({ name }) => name === label);
  if (known === undefined || known.startSector === startSector) return [];
  return [{ line, reason: 'label-contradicts-model', label, startSector, wantedSector: known.startSector }];
}

function judgeAlignment(
  { line, startSector, sectorCount }: { readonly line: number } & Sectors,
  { pagesPerBlock }: NandStorage,
): PlanFailure[] {
  const aligned = startSector % pagesPerBlock === 0 && sectorCount % pagesPerBlock === 0;
  return aligned ? [] : [{ line, reason: 'not-on-block-boundary', startSector, sectorCount }];
}

function judgeOverlaps(commands: readonly ({ line: number } & Sectors)[]): PlanFailure[] {
  const sorted = commands.toSorted((a, b) => a.startSector - b.startSector);
  return sorted.flatMap((command, i): PlanFailure[] => {
    const next = sorted[i + 1];
    return next !== undefined && overlaps(command, next)
      ? [{ line: next.line, reason: 'overlap', otherLine: command.line }]
      : [];
  });
}

/** Without a boot partition that is cleared first and written last, a cut leaves a modem that nothing reaches. */
function judgeBootPartition(
  erases: readonly Sectors[],
  programs: readonly Sectors[],
  storage: StorageGeometry,
): PlanFailure[] {
  const startSector = bootSectorOf(storage);
  const begins = (range: Sectors) => range.startSector === startSector;
  const isCleared = storage.type !== 'nand' || erases.some(begins);
  return isCleared && programs.some(begins)
    ? []
    : [{ line: 1, reason: 'boot-partition-missing', startSector }];
}

/** A program that is repeated is erased again first, which must not take its neighbour's pages with it. */
function judgeSharedWindows(programs: readonly PlannedProgram[]): PlanFailure[] {
  return programs.flatMap((program, i): PlanFailure[] => {
    const { window } = program;
    if (window === null) return [];
    const earlier = programs.slice(0, i).find((other) => other.window?.startSector === window.startSector);
    return earlier === undefined
      ? []
      : [{ line: program.line, reason: 'erase-shared-by-programs', otherLine: earlier.line }];
  });
}

/** Patches correct what was just written, so they may change that and nothing else; never the boot partition. */
function judgePatch(
  { line, file, startSector, sectorBytes, physicalPartition }: DiskPatch,
  programs: readonly PlannedProgram[],
  storage: StorageGeometry,
): PlanFailure[] {
  if (storage.type === 'nand' || sectorBytes !== sectorBytesOf(storage) || physicalPartition !== 0)
    return [{ line, reason: 'patch-of-another-geometry', file }];
  const patched = { startSector, sectorCount: 1 };
  const isWritten = programs.some(
    (program) => program.startSector !== bootSectorOf(storage) && overlaps(patched, program),
  );
  return isWritten ? [] : [{ line, reason: 'patch-outside-programs', startSector, file }];
}
