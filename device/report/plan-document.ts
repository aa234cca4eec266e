/** The checked plan as people and programs see it before the point of no return: everything that will be sent. */
import { clearedFirst, type FlashPlan } from '../../shared/flash-plan.ts';
import type { ModelId } from '../../shared/model.ts';
import { type NamedRange, partitionAt } from '../../shared/partition-table.ts';
import { sectorBytesOf } from '../../shared/storage.ts';

export type PlanSubject = {
  readonly model: ModelId;
  /** What the modem runs; null where nobody has asked it, or it cannot say. */
  readonly fromVersion: string | null;
  readonly toVersion: string;
  readonly programmer: string;
  /** What vouches for the bytes. */
  readonly vouchedBy: 'signature' | 'md5-list';
};

export type PlanDocument = PlanSubject & {
  readonly format: 'cistern-plan/1';
  readonly storage: FlashPlan['storage'];
  /** The vendor's anti-misburn commands, sent first, attributes verbatim and in their order. */
  readonly guards: FlashPlan['guards'];
  /** In the order they are sent. */
  readonly erases: readonly {
    readonly partition: string | null;
    readonly startSector: number;
    readonly sectorCount: number;
    readonly bytes: number;
  }[];
  /** In the order they are sent; the boot partition last. */
  readonly programs: readonly {
    readonly partition: string | null;
    readonly file: string;
    readonly startSector: number;
    readonly sectorCount: number;
    /** The file's own bytes; its last page is filled up with zeros. */
    readonly bytes: number;
  }[];
  /** Of a disk: overwritten with zeros before everything else, so that a cut leaves a modem in EDL. Absent for NAND. */
  readonly clearedFirst?: readonly {
    readonly partition: string | null;
    readonly startSector: number;
    readonly sectorCount: number;
    readonly bytes: number;
  }[];
  /** Of a disk: fields of its partition table, sent before the boot partition. Absent for NAND. */
  readonly patches?: readonly { readonly file: string; readonly startSector: number }[];
  /** Never erased or written. */
  readonly protectedRanges: FlashPlan['protectedRanges'];
};

/** `partitions` as the package's own table names them; null where it brings none. */
export function planDocument(
  plan: FlashPlan,
  partitions: readonly NamedRange[] | null,
  subject: PlanSubject,
): PlanDocument {
  return {
    format: 'cistern-plan/1',
    ...subject,
    storage: plan.storage,
    guards: plan.guards,
    erases: plan.erases.map(({ startSector, sectorCount }) => ({
      partition: partitionAt(partitions, startSector),
      startSector,
      sectorCount,
      bytes: sectorCount * sectorBytesOf(plan.storage),
    })),
    programs: plan.programs.map(({ path, sizeBytes, startSector, sectorCount }) => ({
      partition: partitionAt(partitions, startSector),
      file: path,
      startSector,
      sectorCount,
      bytes: sizeBytes,
    })),
    ...(plan.storage.type === 'nand' ? {} : diskSteps(plan, partitions)),
    protectedRanges: plan.protectedRanges,
  };
}

function diskSteps(
  plan: FlashPlan,
  partitions: readonly NamedRange[] | null,
): Pick<PlanDocument, 'clearedFirst' | 'patches'> {
  return {
    clearedFirst: clearedFirst(plan).map(({ startSector, sectorCount }) => ({
      partition: partitionAt(partitions, startSector),
      startSector,
      sectorCount,
      bytes: sectorCount * sectorBytesOf(plan.storage),
    })),
    patches: plan.patches.map(({ file, startSector }) => ({ file, startSector })),
  };
}
