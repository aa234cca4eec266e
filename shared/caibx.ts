/**
 * casync block index (`.caibx`): which chunks a package is made of, in order (casync caformat.h, ota 5).
 *
 * Little-endian u64 throughout: a 48-byte header, then a table of (end offset, 32-byte SHA-256 id), then a tail.
 * `casync extract` and `desync` read what this writes; chunks lie at `<id[0:4]>/<id>.cacnk`, zstd-compressed.
 */
import { toHex } from './bytes.ts';
import { CHUNK_MAX_BYTES, INDEX_MAX_BYTES, PACKAGE_MAX_BYTES, PACKAGE_MAX_CHUNKS } from './limits.ts';
import { err, ok, type Result } from './result.ts';

export type ChunkReference = {
  /** SHA-256 of the uncompressed chunk, lower-case hex. */
  readonly id: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
};

export type PackageIndex = {
  readonly minBytes: number;
  readonly averageBytes: number;
  readonly maxBytes: number;
  readonly chunks: readonly ChunkReference[];
  readonly sizeBytes: number;
};

export type IndexFailure = {
  readonly reason: 'index-invalid';
  readonly why:
    | 'too-large'
    | 'truncated'
    | 'wrong-magic'
    | 'wrong-digest'
    | 'wrong-chunk-sizes'
    | 'wrong-tail'
    | 'chunk-too-large'
    | 'offsets-not-rising'
    | 'package-too-large'
    | 'no-chunks';
};

const INDEX_MAGIC = 0x96824d9c7b129ff9n;
const TABLE_MAGIC = 0xe75b9e112f17417dn;
const TAIL_MAGIC = 0x4b4f050e5549ecd1n;
const OPEN_ENDED = 0xffffffffffffffffn;
const HEADER_BYTES = 48;
const TABLE_HEADER_BYTES = 16;
const ENTRY_BYTES = 40;
const TAIL_BYTES = 40;
const FRAME_BYTES = HEADER_BYTES + TABLE_HEADER_BYTES + TAIL_BYTES;
/** Feature flags: none set means ids are plain SHA-256. */
const FLAGS_SHA256 = 0n;

/** The place of a chunk in a casync store: `ab12/ab12….cacnk`. */
export function chunkPath(id: string): string {
  return `${id.slice(0, 4)}/${id}.cacnk`;
}

export function parseIndex(bytes: Uint8Array): Result<PackageIndex, IndexFailure> {
  const refuse = (why: IndexFailure['why']) => err({ reason: 'index-invalid', why } as const);
  if (bytes.length > INDEX_MAX_BYTES) return refuse('too-large');
  if (bytes.length < FRAME_BYTES || (bytes.length - FRAME_BYTES) % ENTRY_BYTES !== 0)
    return refuse('truncated');

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u64 = (offset: number) => view.getBigUint64(offset, true);
  if (u64(0) !== BigInt(HEADER_BYTES) || u64(8) !== INDEX_MAGIC) return refuse('wrong-magic');
  if (u64(16) !== FLAGS_SHA256) return refuse('wrong-digest');
  const [min, average, max] = [u64(24), u64(32), u64(40)];
  if (min < 1n || min > average || average > max || max > BigInt(CHUNK_MAX_BYTES))
    return refuse('wrong-chunk-sizes');
  if (u64(48) !== OPEN_ENDED || u64(56) !== TABLE_MAGIC) return refuse('wrong-magic');

  const count = (bytes.length - FRAME_BYTES) / ENTRY_BYTES;
  if (count === 0) return refuse('no-chunks');
  if (count > PACKAGE_MAX_CHUNKS) return refuse('too-large');
  const tail = HEADER_BYTES + TABLE_HEADER_BYTES + count * ENTRY_BYTES;
  const tableBytes = BigInt(TABLE_HEADER_BYTES + count * ENTRY_BYTES + TAIL_BYTES);
  const tailIsRight =
    u64(tail) === 0n &&
    u64(tail + 8) === 0n &&
    u64(tail + 16) === BigInt(HEADER_BYTES) &&
    u64(tail + 24) === tableBytes &&
    u64(tail + 32) === TAIL_MAGIC;
  if (!tailIsRight) return refuse('wrong-tail');

  const chunks: ChunkReference[] = [];
  let start = 0n;
  for (let i = 0; i < count; i++) {
    const entry = HEADER_BYTES + TABLE_HEADER_BYTES + i * ENTRY_BYTES;
    const end = u64(entry);
    if (end <= start) return refuse('offsets-not-rising');
    if (end - start > max) return refuse('chunk-too-large');
    if (end > BigInt(PACKAGE_MAX_BYTES)) return refuse('package-too-large');
    const id = toHex(bytes.subarray(entry + 8, entry + ENTRY_BYTES));
    chunks.push({ id, offsetBytes: Number(start), sizeBytes: Number(end - start) });
    start = end;
  }
  return ok({
    minBytes: Number(min),
    averageBytes: Number(average),
    maxBytes: Number(max),
    chunks,
    sizeBytes: Number(start),
  });
}

/** The bytes of an index; `chunks` must be contiguous from offset 0. */
export function encodeIndex(index: Omit<PackageIndex, 'sizeBytes'>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_BYTES + index.chunks.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const u64 = (value: bigint) => {
    view.setBigUint64(at, value, true);
    at += 8;
  };
  for (const value of [
    HEADER_BYTES,
    INDEX_MAGIC,
    FLAGS_SHA256,
    index.minBytes,
    index.averageBytes,
    index.maxBytes,
  ]) {
    u64(BigInt(value));
  }
  u64(OPEN_ENDED);
  u64(TABLE_MAGIC);
  for (const chunk of index.chunks) {
    u64(BigInt(chunk.offsetBytes + chunk.sizeBytes));
    for (let i = 0; i < 64; i += 2) bytes[at++] = Number.parseInt(chunk.id.slice(i, i + 2), 16);
  }
  const tableBytes = TABLE_HEADER_BYTES + index.chunks.length * ENTRY_BYTES + TAIL_BYTES;
  for (const value of [0, 0, HEADER_BYTES, tableBytes, TAIL_MAGIC]) u64(BigInt(value));
  return bytes;
}
