/** Reads every file of a package once: digests of all, text and first bytes of the few that are parsed. */
import { concatBytes, fromUtf8 } from '../bytes.ts';
import { PARSED_FILE_MAX_BYTES } from '../package/limits.ts';
import type { NewHasher } from '../package/package-ports.ts';
import type { PackageSource, SourceFailure } from '../package/source.ts';
import { PARTITION_TABLE_HEAD_BYTES } from '../partition-table.ts';
import { err, ok, type Result } from '../result.ts';

export type ReadFiles = {
  readonly digests: ReadonlyMap<string, { readonly md5: string; readonly sha256: string }>;
  /** Text of a small file; null where it is not there, too large to parse or not UTF-8. */
  readonly text: (path: string) => string | null;
  /** The first bytes of a programmer or a partition table, PARTITION_TABLE_HEAD_BYTES at most; null for other files. */
  readonly head: (path: string) => Uint8Array | null;
};

/** Names of vendors' programmers and partition tables (edl 1b, 1e). */
const HEADED = /(^|\/)((prog_|firehose-prog|partition)[^/]*\.(mbn|elf)|gpt_[^/]*\.bin)$/i;

/** Throws the signal's reason when it aborts. */
export async function readFiles(
  source: Pick<PackageSource, 'files' | 'read'>,
  newHasher: NewHasher,
  signal: AbortSignal,
): Promise<Result<ReadFiles, SourceFailure>> {
  const digests = new Map<string, { md5: string; sha256: string }>();
  const texts = new Map<string, string | null>();
  const heads = new Map<string, Uint8Array>();
  for (const { path, sizeBytes } of source.files) {
    const md5 = newHasher('md5');
    const sha256 = newHasher('sha256');
    const isParsed = /\.(xml|txt)$/i.test(path) && sizeBytes <= PARSED_FILE_MAX_BYTES;
    const isHeaded = HEADED.test(path);
    const kept: Uint8Array[] = [];
    let keptBytes = 0;
    try {
      for await (const bytes of source.read(path)) {
        signal.throwIfAborted();
        md5.update(bytes);
        sha256.update(bytes);
        if (!isParsed && !(isHeaded && keptBytes < PARTITION_TABLE_HEAD_BYTES)) continue;
        kept.push(bytes.slice());
        keptBytes += bytes.length;
      }
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message.slice(0, 300) : 'unknown error';
      return err({ reason: 'package-unreadable', path, why });
    }
    digests.set(path, { md5: md5.digest('hex'), sha256: sha256.digest('hex') });
    if (isParsed) texts.set(path, fromUtf8(concatBytes(kept)));
    if (isHeaded) heads.set(path, concatBytes(kept).slice(0, PARTITION_TABLE_HEAD_BYTES));
  }
  return ok({
    digests,
    text: (path) => texts.get(path) ?? null,
    head: (path) => heads.get(path) ?? null,
  });
}
