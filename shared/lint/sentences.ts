/** What a defect of a rawprogram means, in words. */
import type { PlanFailure } from '../flash-plan.ts';
import type { ProgrammerDefect } from '../programmer-image.ts';
import type { RawprogramFailure } from '../rawprogram.ts';
import { assertNever } from '../result.ts';

export function rawprogramSentence(failure: RawprogramFailure): string {
  switch (failure.reason) {
    case 'rawprogram-too-large':
      return `${failure.bytes} bytes; at most ${failure.maxBytes} are read.`;
    case 'rawprogram-malformed':
      return `Not well-formed: ${failure.why}.`;
    case 'rawprogram-too-many-commands':
      return `More than ${failure.maxCommands} commands.`;
    case 'rawprogram-empty':
      return 'No commands inside <data>.';
    case 'rawprogram-unknown-element':
      return `<${failure.element}> is neither an erase nor a program.`;
    case 'rawprogram-unknown-attribute':
      return `Attribute ${failure.attribute} is unknown, so what it would do is unknown too.`;
    case 'rawprogram-attribute-missing':
      return `Attribute ${failure.attribute} is missing.`;
    case 'rawprogram-attribute-not-a-number':
      return `Attribute ${failure.attribute} is not a decimal number.`;
    case 'erase-without-range':
      return 'An erase without its start and its length erases the whole chip, calibration included.';
    default:
      return assertNever(failure);
  }
}

export function planSentence(failure: PlanFailure): string {
  switch (failure.reason) {
    case 'touches-protected-range':
      return `Sectors ${failure.startSector} to ${failure.startSector + failure.sectorCount - 1} touch ${failure.range}, which no update may erase or write.`;
    case 'geometry-contradicts-model':
      return failure.pagesPerBlock === null
        ? `Made for a disk with sectors of ${failure.sectorBytes} bytes; the model has other storage.`
        : `Made for pages of ${failure.sectorBytes} bytes and ${failure.pagesPerBlock} pages a block; the model has others.`;
    case 'touches-calibration':
      return `Writes or erases ${failure.label}, which holds what the factory measured on one module.`;
    case 'label-contradicts-model':
      return `Has ${failure.label} at sector ${failure.startSector}; the model has it at ${failure.wantedSector}: it is for another module.`;
    case 'patch-outside-programs':
      return `${failure.file} patches sector ${failure.startSector}, which this package does not write, or which must be written last.`;
    case 'patch-of-another-geometry':
      return `${failure.file} patches another storage than the model has.`;
    case 'beyond-storage':
      return `Ends at sector ${failure.endSector}; the model has ${failure.totalSectors}.`;
    case 'empty-range':
      return 'A range of no sectors.';
    case 'not-on-block-boundary':
      return `An erase of sectors ${failure.startSector}+${failure.sectorCount} does not begin and end with a block.`;
    case 'wrong-physical-partition':
      return `Physical partition ${failure.physicalPartition}; only partition 0 (the whole NAND, the user area of eMMC) is flashed.`;
    case 'overlap':
      return `Overlaps the range of line ${failure.otherLine}.`;
    case 'program-without-erase':
      return `Writes at sector ${failure.startSector}, and no erase clears all of that range first.`;
    case 'erase-shared-by-programs':
      return `Shares its erase with line ${failure.otherLine}, so neither can be repeated alone.`;
    case 'path-leaves-package':
      return `${failure.filename} is not inside the package.`;
    case 'file-missing':
      return `${failure.path} is not in the package.`;
    case 'file-empty':
      return `${failure.path} is empty.`;
    case 'file-larger-than-partition':
      return `${failure.path} has ${failure.fileBytes} bytes; its partition holds ${failure.partitionBytes}.`;
    case 'boot-partition-missing':
      return `Nothing clears and programs start sector ${failure.startSector}, so a cut would leave a modem that nothing reaches.`;
    default:
      return assertNever(failure);
  }
}

/** What is wrong with a programmer, as the end of a sentence that names it. */
export function programmerWords(defect: ProgrammerDefect): string {
  switch (defect) {
    case 'not-elf-or-mbn':
      return 'is neither an ELF nor an MBN image';
    case 'not-for-arm':
      return 'is an ELF image for another processor';
    case 'cut-off':
      return 'is cut off: it says that it is longer';
    case 'header-contradicts-itself':
      return 'has a header that contradicts itself';
    default:
      return assertNever(defect);
  }
}
