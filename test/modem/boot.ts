/**
 * The boot of the simulated module: what it becomes after power-on, decided by what is in flash and nothing else.
 *
 * - SBL absent, incomplete or damaged: the boot ROM falls back to EDL, and the host can flash again (edl 1a, 6 row 22)
 * - SBL good, anything else the firmware needs not: the module is stuck on no bus, only a test point helps
 * - a disk whose partition table is not whole, or has the SBL elsewhere: the boot ROM finds no SBL, and falls back too
 * - all good: normal mode with that firmware's version; without its calibration it is in factory test mode (CFUN 5)
 */
import { type Calibration, readCalibration } from './calibration.ts';
import { readGpt } from './gpt.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';
import { type ImageFailure, readImage } from './stored-image.ts';

export type BootOutcome =
  | { readonly kind: 'edl'; readonly because: ImageFailure }
  | { readonly kind: 'stuck'; readonly because: ImageFailure }
  | { readonly kind: 'normal'; readonly firmware: string; readonly calibration: Calibration };

/** Decides what a module with this flash does at power-on. */
export function boot(nand: Nand, partitions: readonly Partition[], chip: string): BootOutcome {
  const [sbl, ...others] = partitions.filter((partition) => partition.role === 'firmware');
  if (sbl === undefined) throw new Error('a partition table without firmware partitions cannot boot');
  const table = nand.isRewritable ? readGpt(nand) : undefined;
  if (nand.isRewritable && table === undefined)
    return { kind: 'edl', because: { reason: 'partition-table-damaged', partition: 'GPT' } };
  const isMissing = ({ name, startSector }: Partition) =>
    table !== undefined && table.get(name)?.startSector !== startSector;
  if (isMissing(sbl)) return { kind: 'edl', because: { reason: 'image-absent', partition: sbl.name } };
  const first = readImage(nand, sbl, chip);
  if (!first.ok) return { kind: 'edl', because: first.failure };
  const { firmware } = first.value;
  for (const partition of others) {
    if (isMissing(partition))
      return { kind: 'stuck', because: { reason: 'image-absent', partition: partition.name } };
    const image = readImage(nand, partition, chip);
    if (!image.ok) return { kind: 'stuck', because: image.failure };
    if (image.value.firmware !== firmware) {
      return { kind: 'stuck', because: { reason: 'firmware-versions-differ', partition: partition.name } };
    }
  }
  return { kind: 'normal', firmware, calibration: readCalibration(nand, partitions, chip) };
}
