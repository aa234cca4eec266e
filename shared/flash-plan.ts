/**
 * What will be erased and written, in which order, and whether it may be. Built and judged before anything is
 * sent: by the publisher's lint, when a package is staged, and by the flasher itself (P5).
 *
 * Order (P4): the vendor's anti-misburn guard first and verbatim; the boot partition (start sector 0) erased
 * before all others, so that an interruption always leaves a modem that falls back into EDL; then all other
 * erases; then all programs; the boot partition programmed last (edl 0.2, 0.4, field 0.7).
 */
import type { ProtectedRange, StorageGeometry } from './catalogue.ts';
import type { Attributes, RawprogramCommand, SectorRange } from './rawprogram.ts';
import { isPackagePath } from './release.ts';
import { err, ok, type Result } from './result.ts';

export type PlannedErase = {
  readonly line: number;
  readonly startSector: number;
  readonly sectorCount: number;
};

export type PlannedProgram = {
  readonly line: number;
  /** Path inside the package. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly startSector: number;
  /** Pages that are written: the file, its last page padded with zeros. */
  readonly sectorCount: number;
  /** The erase that clears the way; sent again before a program is repeated. */
  readonly window: PlannedErase;
};

export type FlashPlan = {
  readonly storage: StorageGeometry;
  /** What the flash driver refuses to touch, whatever a plan says. */
  readonly protectedRanges: readonly ProtectedRange[];
  readonly guards: readonly Attributes[];
  readonly erases: readonly PlannedErase[];
  readonly programs: readonly PlannedProgram[];
};

export type PlanFailure = { readonly line: number } & (
  | {
      readonly reason: 'touches-protected-range';
      readonly range: string;
      readonly startSector: number;
      readonly sectorCount: number;
    }
  | {
      readonly reason: 'geometry-contradicts-model';
      readonly sectorBytes: number;
      readonly pagesPerBlock: number;
    }
  | { readonly reason: 'beyond-storage'; readonly endSector: number; readonly totalPages: number }
  | { readonly reason: 'empty-range' }
  | { readonly reason: 'not-on-block-boundary'; readonly startSector: number; readonly sectorCount: number }
  | { readonly reason: 'wrong-physical-partition'; readonly physicalPartition: number }
  | { readonly reason: 'overlap'; readonly otherLine: number }
  | { readonly reason: 'program-without-erase'; readonly startSector: number }
  | { readonly reason: 'erase-shared-by-programs'; readonly otherLine: number }
  | { readonly reason: 'path-leaves-package'; readonly filename: string }
  | { readonly reason: 'file-missing'; readonly path: string }
  | { readonly reason: 'file-empty'; readonly path: string }
  | {
      readonly reason: 'file-larger-than-partition';
      readonly path: string;
      readonly fileBytes: number;
      readonly partitionBytes: number;
    }
  | { readonly reason: 'boot-partition-missing' }
);

export type PlanInput = {
  readonly commands: readonly RawprogramCommand[];
  readonly storage: StorageGeometry;
  readonly protectedRanges: readonly ProtectedRange[];
  /** Directory of the rawprogram file inside the package: its file names are relative to it. */
  readonly directory: string;
  /** Size of a file of the package in bytes; undefined where there is none. */
  readonly fileSizeBytes: (path: string) => number | undefined;
};

type Erase = Extract<RawprogramCommand, { kind: 'erase' }>;
type Program = Extract<RawprogramCommand, { kind: 'program' }>;

/** The plan, or every reason why there is none. */
export function buildFlashPlan(input: PlanInput): Result<FlashPlan, readonly PlanFailure[]> {
  const guards = input.commands
    .filter((command) => command.kind === 'guard')
    .map((command) => command.attributes);
  const erases = input.commands.filter((command) => command.kind === 'erase');
  const programs = input.commands.filter((command) => command.kind === 'program');

  const planned = programs.map((program) => planProgram(program, erases, input));
  const failures = [
    ...[...erases, ...programs].flatMap((command) => judgeRange(command, input)),
    ...erases.flatMap((erase) => judgeAlignment(erase, input.storage)),
    ...judgeOverlaps(erases),
    ...judgeOverlaps(programs),
    ...planned.flatMap((program) => (program.ok ? [] : [program.failure])),
    ...judgeSharedWindows(planned),
    ...judgeBootPartition(erases, programs),
  ];
  if (failures.length > 0) return err(failures);
  return ok({
    storage: input.storage,
    protectedRanges: input.protectedRanges,
    guards,
    erases: bootFirst(
      erases.map(({ line, startSector, sectorCount }) => ({ line, startSector, sectorCount })),
    ),
    programs: bootLast(planned.flatMap((program) => (program.ok ? [program.value] : []))),
  });
}

/** Sum of what a plan writes, in bytes, padding included. */
export function programmedBytes(plan: FlashPlan): number {
  return plan.programs.reduce((sum, program) => sum + program.sectorCount * plan.storage.pageBytes, 0);
}

/** `update/firehose` and `..\tz.mbn` give `update/tz.mbn`; null where the path leaves the package. */
export function resolvePackagePath(directory: string, filename: string): string | null {
  const segments = directory === '' ? [] : directory.split('/');
  for (const segment of filename.replaceAll('\\', '/').split('/')) {
    if (segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  const path = segments.join('/');
  return isPackagePath(path) ? path : null;
}

function planProgram(
  program: Program,
  erases: readonly Erase[],
  input: PlanInput,
): Result<PlannedProgram, PlanFailure> {
  const { line, startSector } = program;
  const path = resolvePackagePath(input.directory, program.filename);
  if (path === null)
    return err({ line, reason: 'path-leaves-package', filename: program.filename.slice(0, 200) });
  const sizeBytes = input.fileSizeBytes(path);
  if (sizeBytes === undefined) return err({ line, reason: 'file-missing', path });
  if (sizeBytes === 0) return err({ line, reason: 'file-empty', path });
  const partitionBytes = program.sectorCount * input.storage.pageBytes;
  if (sizeBytes > partitionBytes)
    return err({ line, reason: 'file-larger-than-partition', path, fileBytes: sizeBytes, partitionBytes });
  const erase = erases.find(
    (candidate) => candidate.startSector <= startSector && endOf(program) <= endOf(candidate),
  );
  if (erase === undefined) return err({ line, reason: 'program-without-erase', startSector });
  const window = { line: erase.line, startSector: erase.startSector, sectorCount: erase.sectorCount };
  return ok({
    line,
    path,
    sizeBytes,
    startSector,
    sectorCount: Math.ceil(sizeBytes / input.storage.pageBytes),
    window,
  });
}

function judgeRange(
  command: { line: number } & SectorRange,
  { storage, protectedRanges }: PlanInput,
): PlanFailure[] {
  const { line, startSector, sectorCount, sectorBytes, pagesPerBlock, physicalPartition } = command;
  const failures: PlanFailure[] = [];
  if (sectorBytes !== storage.pageBytes || pagesPerBlock !== storage.pagesPerBlock) {
    failures.push({ line, reason: 'geometry-contradicts-model', sectorBytes, pagesPerBlock });
  }
  if (sectorCount === 0) failures.push({ line, reason: 'empty-range' });
  if (endOf(command) > storage.totalPages) {
    failures.push({
      line,
      reason: 'beyond-storage',
      endSector: endOf(command),
      totalPages: storage.totalPages,
    });
  }
  if (physicalPartition !== 0) failures.push({ line, reason: 'wrong-physical-partition', physicalPartition });
  for (const range of protectedRanges) {
    if (overlaps(command, range)) {
      failures.push({ line, reason: 'touches-protected-range', range: range.name, startSector, sectorCount });
    }
  }
  return failures;
}

function judgeAlignment({ line, startSector, sectorCount }: Erase, storage: StorageGeometry): PlanFailure[] {
  const aligned = startSector % storage.pagesPerBlock === 0 && sectorCount % storage.pagesPerBlock === 0;
  return aligned ? [] : [{ line, reason: 'not-on-block-boundary', startSector, sectorCount }];
}

function judgeOverlaps(commands: readonly ({ line: number } & SectorRange)[]): PlanFailure[] {
  const sorted = commands.toSorted((a, b) => a.startSector - b.startSector);
  return sorted.flatMap((command, i): PlanFailure[] => {
    const next = sorted[i + 1];
    return next !== undefined && overlaps(command, next)
      ? [{ line: next.line, reason: 'overlap', otherLine: command.line }]
      : [];
  });
}

/** A program that is repeated is erased again first, which must not take its neighbour's pages with it. */
function judgeSharedWindows(planned: readonly Result<PlannedProgram, PlanFailure>[]): PlanFailure[] {
  const programs = planned.flatMap((program) => (program.ok ? [program.value] : []));
  return programs.flatMap((program, i): PlanFailure[] => {
    const earlier = programs
      .slice(0, i)
      .find((other) => other.window.startSector === program.window.startSector);
    return earlier === undefined
      ? []
      : [{ line: program.line, reason: 'erase-shared-by-programs', otherLine: earlier.line }];
  });
}

/** Without a boot partition that is erased first and written last, a cut leaves a modem that nothing reaches. */
function judgeBootPartition(erases: readonly Erase[], programs: readonly Program[]): PlanFailure[] {
  const both =
    erases.some((erase) => erase.startSector === 0) && programs.some((program) => program.startSector === 0);
  return both ? [] : [{ line: 1, reason: 'boot-partition-missing' }];
}

export function overlaps(
  a: { readonly startSector: number; readonly sectorCount: number },
  b: { readonly startSector: number; readonly sectorCount: number },
): boolean {
  return a.startSector < endOf(b) && b.startSector < endOf(a);
}

function endOf(range: { readonly startSector: number; readonly sectorCount: number }): number {
  return range.startSector + range.sectorCount;
}

function bootFirst<T extends { readonly startSector: number }>(ranges: readonly T[]): readonly T[] {
  return ranges.toSorted((a, b) => Number(b.startSector === 0) - Number(a.startSector === 0));
}

function bootLast<T extends { readonly startSector: number }>(ranges: readonly T[]): readonly T[] {
  return ranges.toSorted((a, b) => Number(a.startSector === 0) - Number(b.startSector === 0));
}
