/** What the stage needs of the system beside plain files: measured facts, and mounts. */
import type { Result } from '../../shared/result.ts';
import type { ProcessTable } from '../process-table.ts';

/** statfs(2). */
export type FileSystem = {
  /** `f_type`: 0x01021994 is tmpfs. */
  readonly typeNumber: number;
  readonly availableBytes: number;
};

export type ToolFailure = { readonly reason: 'refused'; readonly said: string };

export type StagePlatform = {
  readonly processes: ProcessTable;
  /** Where stages in memory lie: below `own` on filesystems of their own, in `shared` beside what others put there. */
  readonly memoryPlaces: { readonly own: string; readonly shared: string };
  /** Since the machine was started: what lies in memory is no older, and no clock that is set changes it. */
  readonly uptimeMs: () => number;
  /** Text of /proc/meminfo. */
  readonly memoryText: () => Promise<string>;
  /** What control groups leave this process of memory; null where none limits it. */
  readonly cgroupAvailableBytes: () => number | null;
  /** Text of /proc/self/mountinfo (proc(5)). */
  readonly mountText: () => Promise<string>;
  /** Text of /etc/fstab (fstab(5)); empty where there is none. */
  readonly fstabText: () => Promise<string>;
  readonly fileSystem: (path: string) => Promise<Result<FileSystem, { readonly code: string }>>;
  /** `mount -t tmpfs -o size=…,mode=0700,nosuid,nodev,noexec cistern <directory>`. */
  readonly mountTmpfs: (directory: string, sizeBytes: number) => Promise<Result<void, ToolFailure>>;
  /** Unmounts what lies topmost on a directory; `lazily` even while it is in use. */
  readonly unmount: (
    directory: string,
    options: { readonly lazily: boolean },
  ) => Promise<Result<void, ToolFailure>>;
};

export const TMPFS_TYPE = 0x01021994;
export const RAMFS_TYPE = 0x858458f6;

/** Filesystems whose files lie in memory: their own free room says nothing about memory (ota 2). */
export function isInMemory(fileSystem: FileSystem): boolean {
  return fileSystem.typeNumber === TMPFS_TYPE || fileSystem.typeNumber === RAMFS_TYPE;
}

/** MemAvailable in bytes; null where the kernel does not say. */
export function memAvailableBytes(memoryText: string): number | null {
  const kibibytes = /^MemAvailable:\s+(\d{1,15}) kB$/m.exec(memoryText)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
