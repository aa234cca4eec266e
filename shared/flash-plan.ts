/**
 * What will be erased and written, in which order, and whether it may be. Built and judged before anything is
 * sent: by the publisher's lint, when a package is staged, and by the flasher itself (P5).
 *
 * Order (P4): the vendor's anti-misburn guard first and verbatim; the boot partition (on NAND start sector 0) cleared
 * before all else, so that an interruption always leaves a modem that falls back into EDL; then all erases; then all
 * programs; the disk's patches; the boot partition programmed last (edl 0.2, 0.4, field 0.7).
 *
 * NAND is cleared by the package's own erase. A disk needs no erase and its packages bring none: its boot partition is
 * overwritten with zeros, because how far an erase reaches on a disk is the programmer's affair, and a write's is not.
 */
import type { ProtectedRange } from './catalogue.ts';
import type { DiskPatch } from './disk-patches.ts';
import { judgeCommands, judgePlanned } from './judge-flash-plan.ts';
import type { Attributes, RawprogramCommand } from './rawprogram.ts';
import { isPackagePath } from './release.ts';
import { err, ok, type Result } from './result.ts';
import { endOf } from './sector-range.ts';
import { bootSectorOf, type StorageGeometry, sectorBytesOf } from './storage.ts';

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
  /** Pages or sectors that are written: the file, the last of them padded with zeros. */
  readonly sectorCount: number;
  /** The erase that clears the way, sent again before a program is repeated; null on a disk, which needs none. */
  readonly window: PlannedErase | null;
};

export type FlashPlan = {
  readonly storage: StorageGeometry;
  /** What the flash driver refuses to touch, whatever a plan says. */
  readonly protectedRanges: readonly ProtectedRange[];
  readonly guards: readonly Attributes[];
  readonly erases: readonly PlannedErase[];
  readonly programs: readonly PlannedProgram[];
  /** Fields of the disk's partition table, once it is programmed; NAND has none. */
  readonly patches: readonly DiskPatch[];
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
      readonly pagesPerBlock: number | null;
    }
  /** Named for calibration, wherever it lies. */
  | { readonly reason: 'touches-calibration'; readonly label: string }
  | {
      readonly reason: 'label-contradicts-model';
      readonly label: string;
      readonly startSector: number;
      readonly wantedSector: number;
    }
  | { readonly reason: 'patch-outside-programs'; readonly startSector: number; readonly file: string }
  | { readonly reason: 'patch-of-another-geometry'; readonly file: string }
  | { readonly reason: 'beyond-storage'; readonly endSector: number; readonly totalSectors: number }
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
  | { readonly reason: 'boot-partition-missing'; readonly startSector: number }
);

export type PlanInput = {
  readonly commands: readonly RawprogramCommand[];
  readonly storage: StorageGeometry;
  readonly protectedRanges: readonly ProtectedRange[];
  /** Directory of the rawprogram file inside the package: its file names are relative to it. */
  readonly directory: string;
  /** Size of a file of the package in bytes; undefined where there is none. */
  readonly fileSizeBytes: (path: string) => number | undefined;
  /** Those for the disk; left out for NAND. */
  readonly patches?: readonly DiskPatch[];
};

type Erase = Extract<RawprogramCommand, { kind: 'erase' }>;
type Program = Extract<RawprogramCommand, { kind: 'program' }>;

/** The plan, or every reason why there is none. */
export function buildFlashPlan(input: PlanInput): Result<FlashPlan, readonly PlanFailure[]> {
  const { commands, storage, protectedRanges, patches = [] } = input;
  const guards = commands.filter((command) => command.kind === 'guard').map(({ attributes }) => attributes);
  const erases = commands.filter((command) => command.kind === 'erase');
  const planned = commands
    .filter((command) => command.kind === 'program')
    .map((program) => planProgram(program, erases, input));
  const programs = planned.flatMap((program) => (program.ok ? [program.value] : []));
  const failures = [
    ...judgeCommands(commands, { storage, protectedRanges }),
    ...planned.flatMap((program) => (program.ok ? [] : [program.failure])),
    ...judgePlanned(programs, patches, storage),
  ];
  if (failures.length > 0) return err(failures);
  return ok({
    storage,
    protectedRanges,
    guards,
    erases: erases
      .map(({ line, startSector, sectorCount }) => ({ line, startSector, sectorCount }))
      .toSorted((a, b) => Number(isBoot(b, storage)) - Number(isBoot(a, storage))),
    programs: programs.toSorted((a, b) => Number(isBoot(a, storage)) - Number(isBoot(b, storage))),
    patches,
  });
}

/** What is overwritten with zeros before anything else: the boot partition of a disk. NAND erases it. */
export function clearedFirst({ storage, programs }: FlashPlan): readonly PlannedProgram[] {
  return storage.type === 'nand' ? [] : programs.filter((program) => isBoot(program, storage));
}

/** Sum of what a plan writes, in bytes, padding included. */
export function programmedBytes(plan: FlashPlan): number {
  return plan.programs.reduce((sum, program) => sum + program.sectorCount * sectorBytesOf(plan.storage), 0);
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
  const sectorBytes = sectorBytesOf(input.storage);
  const partitionBytes = program.sectorCount * sectorBytes;
  if (sizeBytes > partitionBytes)
    return err({ line, reason: 'file-larger-than-partition', path, fileBytes: sizeBytes, partitionBytes });
  const sectorCount = Math.ceil(sizeBytes / sectorBytes);
  const planned = { line, path, sizeBytes, startSector, sectorCount };
  if (input.storage.type !== 'nand') return ok({ ...planned, window: null });
  const erase = erases.find(
    (candidate) => candidate.startSector <= startSector && endOf(program) <= endOf(candidate),
  );
  if (erase === undefined) return err({ line, reason: 'program-without-erase', startSector });
  const window = { line: erase.line, startSector: erase.startSector, sectorCount: erase.sectorCount };
  return ok({ ...planned, window });
}

/** Whether a range begins with what the boot ROM starts from. */
export function isBoot({ startSector }: { readonly startSector: number }, storage: StorageGeometry): boolean {
  return startSector === bootSectorOf(storage);
}
