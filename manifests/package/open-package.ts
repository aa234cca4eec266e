/** Opens what the operator named: a directory or a zip. */
import { stat } from 'node:fs/promises';
import { err, type Result } from '../../shared/result.ts';
import { openDirectory } from './directory-source.ts';
import type { PackageSource, SourceFailure } from './source.ts';
import { openZip } from './zip-source.ts';

/** The caller closes the source it gets. */
export async function openPackage(path: string): Promise<Result<PackageSource, SourceFailure>> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (status instanceof Error) {
    if (status.code === 'ENOENT') return err({ reason: 'package-not-found', path });
    return err({ reason: 'package-unreadable', path, why: status.message });
  }
  if (status.isDirectory()) return openDirectory(path);
  if (status.isFile()) return openZip(path);
  return err({ reason: 'package-unreadable', path, why: 'neither a directory nor a zip file' });
}
