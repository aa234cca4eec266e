/** `<erase>`: which blocks it means to the programmer, or the vendor's anti-misburn question; and what it does. */
import { ok, type Result } from '../../shared/result.ts';
import type { FirehoseDialect } from './firehose-dialect.ts';
import {
  checkEraseAlignment,
  checkGeometryAttributes,
  numberAttribute,
  type RegionFailure,
  regionOf,
} from './firehose-region.ts';
import type { FirehoseSession } from './firehose-session.ts';
import { blocksOf, eraseBlocks } from './firehose-storage.ts';
import type { FirehoseCommand } from './firehose-xml.ts';
import type { Nand } from './nand.ts';

export function eraseRegion(session: FirehoseSession, command: FirehoseCommand): void {
  const { nand, dialect, faults } = session.options;
  const { projectName } = session.options;
  if (projectName !== null && isProjectQuestion(command)) {
    answerProjectQuestion(session, command, projectName);
    return;
  }
  const named = blocksToErase(command, nand, dialect);
  if (!named.ok) {
    session.refuse(named.failure.log);
    return;
  }
  const startSector = numberAttribute(command, 'start_sector') ?? 0;
  const sectorCount = numberAttribute(command, 'num_partition_sectors') ?? 0;
  session.logRegion({ startSector, sectorCount });
  session.log(`Erasing start sector ${startSector}, num sectors 0`);
  const finish = (rest: readonly number[]): void => {
    for (const log of eraseBlocks(nand, rest)) session.log(log);
    session.finish();
  };
  if (faults.eraseDelayMs === 0) {
    finish(named.value);
    return;
  }
  const secondHalf = eraseFirstHalf(nand, named.value);
  session.workFor(faults.eraseDelayMs, () => finish(secondHalf));
}

/** Power goes while this command is at work: half of its blocks are erased. */
export function cutErase({ options, payloadMaxBytes }: FirehoseSession, command: FirehoseCommand): void {
  if (command.tag !== 'erase' || payloadMaxBytes === undefined) return;
  if (options.projectName !== null && isProjectQuestion(command)) return;
  const blocks = blocksToErase(command, options.nand, options.dialect);
  if (blocks.ok) eraseFirstHalf(options.nand, blocks.value);
}

function eraseFirstHalf(nand: Nand, blocks: readonly number[]): readonly number[] {
  const half = Math.ceil(blocks.length / 2);
  eraseBlocks(nand, blocks.slice(0, half));
  return blocks.slice(half);
}

/** The blocks an erase names. Without start or length it names every block there is, calibration too (edl 0.3). */
function blocksToErase(
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
 * known by `vendor` alone: a host that drops that attribute sends an erase without start and length, and to a programmer
 * that is not the vendor's it is one.
 */
function isProjectQuestion(command: FirehoseCommand): boolean {
  return command.attributes.get('vendor') === 'quectel';
}

function answerProjectQuestion(
  session: FirehoseSession,
  command: FirehoseCommand,
  projectName: string,
): void {
  session.log(`[harden] project: ${projectName}`);
  if (namesProject(command, projectName)) session.finish();
  else session.refuse('[harden] project does not match');
}

/** Does the question name this module's project, with all the attributes the vendor sends? */
function namesProject({ attributes }: FirehoseCommand, projectName: string): boolean {
  const isComplete = ['a_rawdata_start_sector', 'b_rawdata_num_sector', 'd_project_type'].every((name) =>
    attributes.has(name),
  );
  return isComplete && attributes.get('c_project_name') === projectName;
}
