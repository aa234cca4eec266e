/** A package read whole, front to back, one chunk at a time: its own hash, and that of each of its files. */
import { createHash, type Hash } from 'node:crypto';
import type { PackageIndex } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import type { PackageFile, ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { readChunk } from './chunk-file.ts';
import type { StageFailure } from './stage-failure.ts';

export type WalkProgress = (progress: {
  readonly verifiedBytes: number;
  readonly totalBytes: number;
}) => void;

export type Walk = {
  readonly directory: string;
  readonly manifest: ReleaseManifest;
  readonly index: PackageIndex;
  readonly onProgress?: WalkProgress | undefined;
};

type OpenFile = { readonly file: PackageFile; readonly hash: Hash };

export async function walkPackage(
  { directory, manifest, index, onProgress }: Walk,
  signal: AbortSignal,
): Promise<Result<void, StageFailure>> {
  const outside = manifest.files.find((file) => endOf(file) > index.sizeBytes);
  if (outside !== undefined) return err({ reason: 'file-missing', path: outside.path });

  const waiting = manifest.files.toSorted((a, b) => a.offsetBytes - b.offsetBytes);
  const whole = createHash('sha256');
  let open: readonly OpenFile[] = [];
  for (const chunk of index.chunks) {
    if (signal.aborted) return err({ reason: 'interrupted' });
    const read = await readChunk(directory, chunk);
    if (!read.ok) {
      return err({
        ...read.failure,
        id: chunk.id,
        file: fileAt(manifest, chunk.offsetBytes, chunk.sizeBytes),
      });
    }
    const endBytes = chunk.offsetBytes + chunk.sizeBytes;
    whole.update(read.value.bytes);
    open = [...open, ...openUntil(endBytes, waiting)];
    for (const { file, hash } of open) {
      const start = Math.max(file.offsetBytes, chunk.offsetBytes) - chunk.offsetBytes;
      hash.update(read.value.bytes.subarray(start, endOf(file) - chunk.offsetBytes));
    }
    giveBack(read.value.bytes);
    const wrong = open.filter(({ file }) => endOf(file) <= endBytes).flatMap(judgeFile)[0];
    if (wrong !== undefined) return err(wrong);
    open = open.filter(({ file }) => endOf(file) > endBytes);
    onProgress?.({ verifiedBytes: endBytes, totalBytes: index.sizeBytes });
  }
  // An empty file at the very end of the package begins where no chunk is left.
  const wrong = openUntil(Number.POSITIVE_INFINITY, waiting).flatMap(judgeFile)[0];
  if (wrong !== undefined) return err(wrong);

  const found = whole.digest('hex');
  const wanted = manifest.package.sha256;
  return found === wanted ? ok() : err({ reason: 'package-hash-wrong', wanted, found });
}

/** Takes the files that begin before an offset. */
function openUntil(offsetBytes: number, waiting: PackageFile[]): readonly OpenFile[] {
  const later = waiting.findIndex((file) => file.offsetBytes >= offsetBytes);
  const begun = waiting.splice(0, later < 0 ? waiting.length : later);
  return begun.map((file) => ({ file, hash: createHash('sha256') }));
}

function judgeFile({ file, hash }: OpenFile): readonly StageFailure[] {
  const found = hash.digest('hex');
  if (found === file.sha256) return [];
  return [{ reason: 'file-hash-wrong', path: file.path, wanted: file.sha256, found }];
}

/** The first file that has bytes in a range of the package; null for the tar's own. */
export function fileAt(manifest: ReleaseManifest, offsetBytes: number, sizeBytes: number): string | null {
  const file = manifest.files.find(
    (candidate) => candidate.offsetBytes < offsetBytes + sizeBytes && endOf(candidate) > offsetBytes,
  );
  return file?.path ?? null;
}

function endOf(file: PackageFile): number {
  return file.offsetBytes + file.sizeBytes;
}
