/**
 * Which directory a path leads to now, in a few answers of the kernel. The table of mounts tells the same, but not which
 * of two mounts hides the other, and takes three times as long: a download asks before each chunk that it writes.
 */
import { accessSync, closeSync, constants, fstatSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { codeOf } from './error-code.ts';

export type DirectoryIdentity = {
  /** Inode number. */
  readonly inode: string;
  /** As /proc/self/mountinfo numbers it; null where the kernel does not tell it of a file (before Linux 3.15). */
  readonly mountId: number | null;
  /** `major:minor` of the filesystem, as stat(2) has it. */
  readonly device: string;
  /** `f_type` of statfs(2). */
  readonly typeNumber: number;
  readonly canBeWritten: boolean;
};

const AS_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Null where there is no such directory. */
export function identityOf(directory: string): DirectoryIdentity | null {
  let file: number | undefined;
  try {
    file = openSync(directory, AS_DIRECTORY);
    const { ino, dev } = fstatSync(file, { bigint: true });
    return {
      inode: ino.toString(),
      mountId: mountIdOf(file),
      device: deviceName(dev),
      typeNumber: statfsSync(directory).type >>> 0,
      canBeWritten: canBeWritten(directory),
    };
  } catch (error) {
    codeOf(error);
    return null;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** proc_pid_fdinfo(5). */
function mountIdOf(file: number): number | null {
  const id = /^mnt_id:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'latin1'))?.[1];
  return id === undefined ? null : Number(id);
}

/** Root may, but on a filesystem that is read-only (access(2): EROFS). */
function canBeWritten(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch (error) {
    codeOf(error);
    return false;
  }
}

/** As makedev(3) puts major and minor into one number. */
function deviceName(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
