/** What an `<erase>` means to the programmer: which blocks, or the vendor's anti-misburn question. */
import { ok, type Result } from '../../shared/result.ts';
import type { FirehoseDialect } from './firehose-dialect.ts';
import {
  checkEraseAlignment,
  checkGeometryAttributes,
  numberAttribute,
  type RegionFailure,
  regionOf,
} from './firehose-region.ts';
import { blocksOf } from './firehose-storage.ts';
import type { FirehoseCommand } from './firehose-xml.ts';
import type { Nand } from './nand.ts';

/** The blocks an erase names. Without start or length it names every block there is, calibration too (edl 0.3). */
export function blocksToErase(
  command: FirehoseCommand,
  nand: Nand,
  dialect: FirehoseDialect,
): Result<readonly number[], RegionFailure> {
  const pagesPerBlock = dialect.eraseChecksPagesPerBlock ? 'if-present' : 'ignored';
  const fits = checkGeometryAttributes(command, nand.geometry, { sectorSize: 'if-present', pagesPerBlock });
  if (!fits.ok) return fits;
  const sectorCount = numberAttribute(command, 'num_partition_sectors') ?? 0;
  const isBounded = command.attributes.has('start_sector') && sectorCount !== 0;
  if (!isBounded) return ok(blocksOf({ startSector: 0, sectorCount: nand.pageCount }, nand));
  const region = regionOf(command, nand.geometry);
  if (!region.ok) return region;
  const aligned = checkEraseAlignment(region.value, nand.geometry);
  return aligned.ok ? ok(blocksOf(region.value, nand)) : aligned;
}

/**
 * Quectel's guard (edl 0.4): an erase that erases nothing and asks whether the package is for this project. It is
 * known by `vendor` alone: a host that drops that attribute sends an erase without start and length.
 */
export function isProjectQuestion(command: FirehoseCommand): boolean {
  return command.attributes.get('vendor') === 'quectel';
}

/** Does the question name this module's project, with all the attributes the vendor sends? */
export function namesProject(command: FirehoseCommand, projectName: string): boolean {
  const { attributes } = command;
  const isComplete = ['a_rawdata_start_sector', 'b_rawdata_num_sector', 'd_project_type'].every((name) =>
    attributes.has(name),
  );
  return isComplete && attributes.get('c_project_name') === projectName;
}
