/** Opens what a person named: a directory or a zip. */
import { err, type Result } from '../result.ts';
import { openDirectory } from './directory-source.ts';
import type { FoundEntry, PackagePorts } from './package-ports.ts';
import type { PackageSource, SourceFailure } from './source.ts';
import { openZip } from './zip-source.ts';

/** The caller closes the source it gets. */
export async function openPackage(
  path: string,
  ports: PackagePorts,
): Promise<Result<PackageSource, SourceFailure>> {
  let found: FoundEntry;
  try {
    found = await ports.lookAt(path);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return err({ reason: 'package-not-found', path });
    return err({ reason: 'package-unreadable', path, why: (error as Error).message });
  }
  if (found.kind === 'directory') return openDirectory(path, ports);
  if (found.kind === 'file') return openZip(path, ports);
  return err({ reason: 'package-unreadable', path, why: 'neither a directory nor a zip file' });
}
