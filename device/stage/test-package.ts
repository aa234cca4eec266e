/** A package for tests: a few files in one blob, cut at fixed places, compressed, indexed, with its manifest. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { chunkPath, encodeIndex, type PackageIndex, parseIndex } from '../../shared/caibx.ts';
import { type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';

export type TestPackage = {
  readonly manifest: ReleaseManifest;
  readonly index: PackageIndex;
  readonly indexBytes: Uint8Array;
  /** Compressed chunks by id. */
  readonly stored: ReadonlyMap<string, Uint8Array>;
  readonly files: ReadonlyMap<string, Uint8Array>;
};

export type PackageRecipe = {
  readonly chunkBytes?: number;
  readonly fileSizes?: Readonly<Record<string, number>>;
  readonly version?: string;
  readonly model?: string;
};

export const TEST_MODEL = 'quectel/ec25euga-m4g';
export const TEST_VERSION = 'EC25EUGAR08A03M4G_01.200.01.200';

/** Half of each file compresses, half does not; the same recipe gives the same bytes. */
export function aPackage({
  chunkBytes = 16 * 1024,
  fileSizes = { 'update/sbl1.mbn': 40_000, 'update/empty.bin': 0, 'update/NON-HLOS.ubi': 150_001 },
  version = TEST_VERSION,
  model = TEST_MODEL,
}: PackageRecipe = {}): TestPackage {
  const files = new Map(Object.entries(fileSizes).map(([path, size]) => [path, content(path, size)]));
  const parts: Uint8Array[] = [];
  const entries: ReleaseManifest['files'] = [];
  let offsetBytes = 0;
  for (const [path, bytes] of files) {
    const header = Buffer.alloc(512, `header of ${path}`);
    entries.push({ path, offsetBytes: offsetBytes + 512, sizeBytes: bytes.length, sha256: sha256(bytes) });
    const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
    parts.push(header, bytes, padding);
    offsetBytes += 512 + bytes.length + padding.length;
  }
  const whole = Buffer.concat(parts);

  const stored = new Map<string, Uint8Array>();
  const chunks = [];
  for (let start = 0; start < whole.length; start += chunkBytes) {
    const chunk = whole.subarray(start, start + chunkBytes);
    const id = sha256(chunk);
    stored.set(id, zstdCompressSync(chunk));
    chunks.push({ id, offsetBytes: start, sizeBytes: chunk.length });
  }
  const indexBytes = encodeIndex({ minBytes: 1, averageBytes: chunkBytes, maxBytes: chunkBytes, chunks });
  const index = parseIndex(indexBytes);
  if (!index.ok) throw new Error(index.failure.why);
  const [programmer = ''] = files.keys();
  const manifest = releaseManifestSchema.parse({
    format: 'cistern-release/1',
    model,
    version,
    releasedOn: '2026-01-31',
    flash: {
      method: 'firehose-nand',
      storage: { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 },
      programmer,
      rawprogram: programmer,
      patches: [],
    },
    protectedRanges: [{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }],
    installableFrom: [],
    files: entries,
    package: {
      index: `${model}/${version}.caibx`,
      sizeBytes: whole.length,
      sha256: sha256(whole),
      chunkCount: chunks.length,
      storedBytes: [...stored.values()].reduce((sum, bytes) => sum + bytes.length, 0),
    },
    notes: '',
    fixes: [],
    knownIssues: [],
  });
  return { manifest, index: index.value, indexBytes, stored, files };
}

/** Writes all chunks where a fetch would. */
export async function fillStage(directory: string, { stored }: TestPackage): Promise<void> {
  for (const [id, bytes] of stored) {
    const path = join(directory, chunkPath(id));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function content(seed: string, size: number): Buffer {
  const bytes = Buffer.alloc(size, seed);
  let state = createHash('sha256').update(seed).digest();
  for (let at = 0; at < size / 2; at += state.length) {
    state.copy(bytes, at);
    state = createHash('sha256').update(state).digest();
  }
  return bytes;
}
