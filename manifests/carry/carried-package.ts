/** A package that lies in chunks, seen as lint sees one on disk. */
import type { PackageIndex } from '../../shared/caibx.ts';
import { buildFileList } from '../../shared/package/file-list.ts';
import type { PackageSource, SourceFailure } from '../../shared/package/source.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { ok, type Result } from '../../shared/result.ts';
import { partOfFile } from '../package/part-of-file.ts';
import type { ChunkReader } from '../verify/chunk-reader.ts';

/** Files lie where the manifest says. It is named for the version under which its repository shows it. */
export function carriedPackage(
  manifest: ReleaseManifest,
  index: PackageIndex,
  reader: ChunkReader,
): Result<PackageSource, SourceFailure> {
  const list = buildFileList(manifest.files, manifest.package.index);
  if (!list.ok) return list;
  const byPath = new Map(manifest.files.map((file) => [file.path, file]));
  return ok({
    names: [manifest.version],
    // Paths as the manifest has them, which is how a device finds them: no top directory is cut off.
    files: manifest.files.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    async *read(path) {
      const file = byPath.get(path);
      if (file === undefined) throw new Error(`${path} is not of the package`);
      const endBytes = file.offsetBytes + file.sizeBytes;
      for (const chunk of index.chunks) {
        const isOfFile =
          chunk.offsetBytes < endBytes && chunk.offsetBytes + chunk.sizeBytes > file.offsetBytes;
        if (!isOfFile) continue;
        const read = await reader.read(chunk);
        if (read.kind !== 'content') throw new Error(`chunk ${chunk.id} cannot be read`);
        yield partOfFile(read.content, chunk.offsetBytes, file);
      }
    },
    close: async () => {},
  });
}
