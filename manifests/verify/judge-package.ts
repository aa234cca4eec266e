/** Holds a whole package, put together from its chunks, against what its manifest says of it. */
import { createHash } from 'node:crypto';
import type { PackageIndex } from '../../shared/caibx.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { inOrder } from '../http/in-order.ts';
import { DOWNLOADS_IN_FLIGHT } from '../limits.ts';
import { partOfFile } from '../package/part-of-file.ts';
import type { ChunkReader, Unreachable } from './chunk-reader.ts';
import type { Defect } from './defect.ts';

export async function judgePackage(
  manifest: ReleaseManifest,
  index: PackageIndex,
  reader: ChunkReader,
  onChunk: () => void,
): Promise<Result<readonly Defect[], Unreachable>> {
  const { index: where, sizeBytes, chunkCount, sha256 } = manifest.package;
  const defects: Defect[] = [];
  if (index.sizeBytes !== sizeBytes || index.chunks.length !== chunkCount) {
    const sentence = `Is of ${index.chunks.length} chunks and ${index.sizeBytes} bytes; the manifest says ${chunkCount} and ${sizeBytes}.`;
    defects.push({ where, sentence });
  }
  const whole = createHash('sha256');
  const files = manifest.files.map((file) => ({ file, hash: createHash('sha256'), seenBytes: 0 }));
  let position = 0;
  let isWhole = true;
  for await (const chunk of inOrder(index.chunks, DOWNLOADS_IN_FLIGHT, reader.read)) {
    onChunk();
    if (chunk.kind === 'unreachable') return err(chunk.failure);
    if (chunk.kind === 'defective') {
      defects.push({ where: chunk.id, sentence: chunk.sentence });
      isWhole = false;
      continue;
    }
    const { content } = chunk;
    if (!isWhole) continue;
    whole.update(content);
    for (const each of files) {
      const part = partOfFile(content, position, each.file);
      if (part.length === 0) continue;
      each.hash.update(part);
      each.seenBytes += part.length;
    }
    position += content.length;
  }
  // What a package without some of its chunks hashes to says nothing more.
  if (!isWhole) return ok(defects);
  if (whole.digest('hex') !== sha256)
    defects.push({ where, sentence: 'The package has another SHA-256 than its manifest says.' });
  for (const { file, hash, seenBytes } of files) {
    if (seenBytes !== file.sizeBytes || hash.digest('hex') !== file.sha256)
      defects.push({ where, sentence: `${file.path} is not where or what the manifest says.` });
  }
  return ok(defects);
}
