/** Failures of the stage. */
import type { StageFailure } from '../../stage/stage-failure.ts';
import { type Explainers, megabytes } from './explanation.ts';

const STAGE_AGAIN = 'Run the same command again: what is missing is fetched again.';

export const stageSentences = {
  'not-enough-memory': ({ neededBytes, availableBytes, reserveBytes, promisedBytes }) => ({
    exit: 'OS',
    what: `The package needs ${megabytes(neededBytes)} of memory; ${megabytes(availableBytes)} are available, of which ${megabytes(reserveBytes)} stay reserved${promisedBytes > 0 ? ` and ${megabytes(promisedBytes)} belong to another update that is under way` : ''}.`,
    next: `${promisedBytes > 0 ? 'Wait until the other update has ended, give' : 'Give'} a disk with --stage DIRECTORY (a USB stick, an SD card), or run cistern on a computer beside the router.`,
  }),
  'memory-unknown': () => ({
    exit: 'OS',
    what: 'The system does not say how much memory is available.',
    next: 'Give a disk with --stage DIRECTORY.',
  }),
  'stage-full': ({ directory, neededBytes, availableBytes }) => ({
    exit: 'OS',
    what: `The package does not fit on ${directory}: ${megabytes(neededBytes)} needed, ${megabytes(availableBytes)} free.`,
    next: 'Make room there or give another disk with --stage DIRECTORY.',
  }),
  'mount-refused': ({ directory, said }) => ({
    exit: 'OS',
    what: `No memory filesystem could be had at ${directory}: ${said}.`,
    next: 'Run as root, or give a disk with --stage DIRECTORY.',
  }),
  'unmount-refused': ({ directory, said }) => ({
    exit: 'OS',
    what: `${directory} could not be unmounted: ${said}.`,
    next: `End what uses ${directory} and unmount it.`,
  }),
  'directory-unusable': ({ directory, code }) => ({
    exit: 'OS',
    what: `${directory} cannot be used as a stage (${code}).`,
    next: 'Give another directory with --stage DIRECTORY.',
  }),
  'wrong-filesystem': ({ directory, wanted, found }) => ({
    exit: 'OS',
    what: `The stage ${directory} is not on the filesystem it was prepared on: wanted ${wanted}, found ${found}.`,
    next: STAGE_AGAIN,
  }),
  'stage-unmounted': ({ directory, mountPoint }) => ({
    exit: 'OS',
    what: `The stage ${directory} is not there: ${mountPoint} is not mounted.`,
    next: `Mount ${mountPoint} (is the stick plugged in?) and run the same command again, or name another directory.`,
  }),
  'stage-mounted-over': ({ directory, filesystem }) => ({
    exit: 'OS',
    what: `Something else (${filesystem}) was mounted over the stage ${directory}.`,
    next: STAGE_AGAIN,
  }),
  'stage-vanished': ({ directory }) => ({
    exit: 'OS',
    what: `The stage ${directory} is gone.`,
    next: STAGE_AGAIN,
  }),
  'stage-read-only': ({ directory }) => ({
    exit: 'OS',
    what: `The stage ${directory} has become read-only.`,
    next: 'Look at the disk (dmesg), then run the same command again.',
  }),
  'stage-empty': ({ directory }) => ({
    exit: 'OS',
    what: `The firmware directory ${directory} is empty: somebody removed what had been staged there.`,
    next: STAGE_AGAIN,
  }),
  'chunk-missing': ({ id, file }) => ({
    exit: 'DATA',
    what: `A part of the staged package is missing (chunk ${id.slice(0, 12)}${inFile(file)}).`,
    next: STAGE_AGAIN,
  }),
  'chunk-content-wrong': ({ id, file, why }) => ({
    exit: 'DATA',
    what: `A part of the package is not what was signed (chunk ${id.slice(0, 12)}${inFile(file)}: ${why}).`,
    next: STAGE_AGAIN,
  }),
  'chunk-unreadable': ({ id, file, code }) => ({
    exit: 'OS',
    what: `A part of the staged package cannot be read (chunk ${id.slice(0, 12)}${inFile(file)}: ${code}).`,
    next: STAGE_AGAIN,
  }),
  'file-missing': ({ path }) => ({
    exit: 'DATA',
    what: `The package has no file ${path}.`,
    next: 'Report this release to who published it.',
  }),
  'file-hash-wrong': ({ path }) => ({
    exit: 'DATA',
    what: `${path} in the package is not what its manifest says.`,
    next: 'Report this release to who published it.',
  }),
  'package-hash-wrong': () => ({
    exit: 'DATA',
    what: 'The package as a whole is not what its manifest says.',
    next: 'Report this release to who published it.',
  }),
  'index-contradicts-manifest': ({ what }) => ({
    exit: 'DATA',
    what: `The package's index contradicts its manifest (${what}).`,
    next: 'Report this release to who published it.',
  }),
} satisfies Partial<Explainers> & {
  readonly [R in Exclude<StageFailure['reason'], 'interrupted'>]: unknown;
};

function inFile(file: string | null): string {
  return file === null ? '' : ` of ${file}`;
}
