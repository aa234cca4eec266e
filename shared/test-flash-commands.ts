/** Rawprogram commands about the partitions of the EG25 (edl 1d), and the plan that they make. */
import { buildFlashPlan, type PlanInput } from './flash-plan.ts';
import type { RawprogramCommand } from './rawprogram.ts';

/** The partitions of the EG25 (edl 1d); those in bold there are protected. */
export const EFS2 = { name: 'EFS2', startSector: 1280, sectorCount: 8704 };
export const CUST_INFO = { name: 'cust_info', startSector: 14_528, sectorCount: 1024 };
export const STORAGE = { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 } as const;
export const SIZES: Readonly<Record<string, number>> = {
  'update/sbl1.mbn': 223_176,
  'update/tz.mbn': 526_844,
  'update/rpm.mbn': 160_904,
  'update/one-page.mbn': 2048,
  'update/one-byte-more.mbn': 2049,
  'update/empty.mbn': 0,
  'update/full.mbn': 640 * 2048,
  'update/too-large.mbn': 640 * 2048 + 1,
};

const RANGE = { sectorBytes: 2048, pagesPerBlock: 64, physicalPartition: 0 };
export const erase = (
  line: number,
  startSector: number,
  sectorCount: number,
  changes = {},
): RawprogramCommand => ({
  kind: 'erase',
  line,
  startSector,
  sectorCount,
  ...RANGE,
  ...changes,
});
export const program = (
  line: number,
  startSector: number,
  sectorCount: number,
  filename: string,
  changes = {},
): RawprogramCommand => ({ kind: 'program', line, startSector, sectorCount, filename, ...RANGE, ...changes });

export const BOOT = [erase(1, 0, 640), program(2, 0, 640, '..\\sbl1.mbn')];

export function planOf(commands: readonly RawprogramCommand[], changes: Partial<PlanInput> = {}) {
  return buildFlashPlan({
    commands,
    storage: STORAGE,
    protectedRanges: [EFS2, CUST_INFO],
    directory: 'update/firehose',
    fileSizeBytes: (path) => SIZES[path],
    ...changes,
  });
}
