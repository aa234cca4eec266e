/** Reads and judges a whole package before anybody signs for it. */
import { createHash } from 'node:crypto';
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { judgePackage, type LintReport } from '../../shared/lint/judge-package.ts';
import { readFiles } from '../../shared/lint/read-files.ts';
import type { PackageSource, SourceFailure } from '../../shared/package/source.ts';
import { ok, type Result } from '../../shared/result.ts';

/** Without an entry, only what needs no knowledge of the model is judged, and that is said. */
export async function lintPackage(
  source: PackageSource,
  expected: { readonly entry: ModelEntry | null; readonly version: FirmwareVersion | null },
  signal: AbortSignal,
): Promise<Result<LintReport, SourceFailure>> {
  const read = await readFiles(source, createHash, signal);
  return read.ok ? ok(judgePackage(source, read.value, expected)) : read;
}
