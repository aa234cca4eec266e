/** Opens what the operator named: a directory or a zip. */
import { resolve } from 'node:path';
import { openPackage as openWith } from '../../shared/package/open-package.ts';
import type { PackageSource, SourceFailure } from '../../shared/package/source.ts';
import type { Result } from '../../shared/result.ts';
import { nodePackagePorts } from './node-package-ports.ts';

/** The caller closes the source it gets. The name of the package decides, so `.` is made a full path. */
export function openPackage(path: string): Promise<Result<PackageSource, SourceFailure>> {
  return openWith(resolve(path), nodePackagePorts);
}
