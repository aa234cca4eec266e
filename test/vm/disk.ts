/** A disk for a guest that is to find again what it wrote: a sparse file with an empty ext4. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../shared/result.ts';
import { type CommandFailure, hostCommand } from './host-command.ts';
import { DISK_BYTES } from './limits.ts';
import { CACHE } from './paths.ts';

/** Debian keeps it out of the PATH of others than root. */
const MKE2FS = '/usr/sbin/mke2fs';
const MKE2FS_TIMEOUT_MS = 60_000;

export type Disk = { readonly file: string; readonly remove: () => Promise<void> };

export async function makeDisk(): Promise<Result<Disk, CommandFailure>> {
  const directory = await mkdtemp(join(CACHE, 'disk-'));
  const disk = {
    file: join(directory, 'disk.ext4'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
  const file = await open(disk.file, 'wx', 0o600);
  await file.truncate(DISK_BYTES);
  await file.close();
  const made = await hostCommand(MKE2FS, ['-q', '-t', 'ext4', disk.file], { timeoutMs: MKE2FS_TIMEOUT_MS });
  if (made.ok) return ok(disk);
  await disk.remove();
  return made;
}
