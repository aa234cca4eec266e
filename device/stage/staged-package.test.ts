import { readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkPath, encodeIndex, parseIndex } from '../../shared/caibx.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { prepareStage } from './prepare-stage.ts';
import type { Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';
import { StagedPackage, verifyStage } from './staged-package.ts';
import { aPackage, fillStage, sha256, type TestPackage } from './test-package.ts';
import {
  aDirectory,
  CAN_MOUNT,
  mountRamfs,
  mountTmpfs,
  platformAt,
  remountReadOnly,
  unmount,
} from './test-places.ts';

const never = new AbortController().signal;
const pkg = aPackage();
const { manifest, index } = pkg;

let base: string;
let stage: Stage;
beforeEach(async () => {
  base = aDirectory();
  const wanted = CAN_MOUNT ? 'auto' : base;
  const wish = { wanted, neededBytes: 1024 * 1024, platform: platformAt(base) };
  const prepared = await prepareStage(wish, never);
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  stage = prepared.value;
  await fillStage(stage.directory, pkg);
});
afterEach(async () => {
  await stage.release();
  rmSync(base, { recursive: true, force: true });
});

function verify(changed: Partial<TestPackage> = {}) {
  const { manifest, index, indexBytes } = { ...pkg, ...changed };
  return verifyStage({ stage, manifest, index, indexBytes }, never);
}

async function staged(): Promise<StagedPackage> {
  const verified = await verify();
  if (!verified.ok) throw new Error(JSON.stringify(verified.failure));
  return verified.value;
}

/** The chunk that holds the first bytes of a file, and where it lies. */
function chunkOf(path: string) {
  const file = manifest.files.find((candidate) => candidate.path === path);
  const chunk = index.chunks.findLast((candidate) => candidate.offsetBytes <= (file?.offsetBytes ?? 0));
  if (chunk === undefined) throw new Error(path);
  return { ...chunk, path: join(stage.directory, chunkPath(chunk.id)) };
}

function flipByte(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  return bytes;
}

function flipOnDisk(path: string): void {
  writeFileSync(path, flipByte(readFileSync(path)));
}

describe('verifying a stage', () => {
  it('makes a package of which every file can be read', async () => {
    const whole = await staged();
    for (const [path, bytes] of pkg.files) {
      const read = await whole.readFile(path, 0, bytes.length);
      expect(read.ok && sha256(read.value)).toBe(sha256(bytes));
    }
  });

  it('counts up to the size of the package', async () => {
    const seen: number[] = [];
    const onProgress = (progress: { verifiedBytes: number }) => seen.push(progress.verifiedBytes);
    await verifyStage({ ...pkg, stage, onProgress }, never);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(manifest.package.sizeBytes);
  });

  it('ends when it is aborted', async () => {
    expect(await verifyStage({ ...pkg, stage }, AbortSignal.abort())).toMatchObject({
      failure: { reason: 'interrupted' },
    });
  });

  it('is the only way to a StagedPackage', () => {
    const Forged = StagedPackage as unknown as new (from: object, made: symbol) => StagedPackage;
    expect(() => new Forged({ stage, manifest, index }, Symbol('made by verifyStage'))).toThrow(
      'made by verifyStage alone',
    );
  });

  it('finds the stage empty', async () => {
    for (const name of pkg.stored.keys()) {
      rmSync(join(stage.directory, name.slice(0, 4)), { recursive: true, force: true });
    }
    expect(await verify()).toMatchObject({ failure: { reason: 'stage-empty', directory: stage.directory } });
  });

  it('finds a chunk missing and says which file it belongs to', async () => {
    const chunk = chunkOf('update/NON-HLOS.ubi');
    unlinkSync(chunk.path);
    expect(await verify()).toEqual({
      ok: false,
      failure: { reason: 'chunk-missing', id: chunk.id, file: expect.stringContaining('update/') },
    });
  });

  const CHUNK_BYTES = 16 * 1024;
  it.each<[string, RegExp, (bytes: Buffer) => Uint8Array]>([
    ['one byte flipped in the compressed bytes', /not-zstd|hash/, (bytes) => flipByte(bytes)],
    ['a truncated chunk', /not-zstd/, (bytes) => bytes.subarray(0, -5)],
    ['other content of the same size', /hash/, () => zstdCompressSync(Buffer.alloc(CHUNK_BYTES))],
    ['shorter content', /size/, () => zstdCompressSync(Buffer.alloc(CHUNK_BYTES - 1))],
    ['content that grows without end', /size/, () => zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))],
    ['a chunk larger than any may be', /stored-size/, () => Buffer.alloc(CHUNK_STORED_MAX_BYTES + 1)],
    ['an empty file', /not-zstd/, () => Buffer.alloc(0)],
  ])('refuses %s', async (_name, why, change) => {
    const chunk = chunkOf('update/sbl1.mbn');
    writeFileSync(chunk.path, change(readFileSync(chunk.path)));
    expect(await verify()).toEqual({
      ok: false,
      failure: {
        reason: 'chunk-content-wrong',
        id: chunk.id,
        file: 'update/sbl1.mbn',
        why: expect.stringMatching(why),
      },
    });
  });

  it('refuses a chunk that is a link to its content', async () => {
    const chunk = chunkOf('update/sbl1.mbn');
    const aside = join(base, 'aside');
    writeFileSync(aside, readFileSync(chunk.path));
    unlinkSync(chunk.path);
    symlinkSync(aside, chunk.path);
    expect(await verify()).toMatchObject({ failure: { why: 'not-a-file' } });
  });

  it('refuses a file whose hash is not the manifest’s, though all chunks are right', async () => {
    const files = manifest.files.with(0, { ...at(0), sha256: sha256(Buffer.from('other')) });
    expect(await verify({ manifest: { ...manifest, files } })).toMatchObject({
      failure: { reason: 'file-hash-wrong', path: at(0).path },
    });
  });

  it('refuses a file that the manifest places a byte beside its place', async () => {
    const files = manifest.files.with(2, { ...at(2), offsetBytes: at(2).offsetBytes + 1 });
    expect(await verify({ manifest: { ...manifest, files } })).toMatchObject({
      failure: { reason: 'file-hash-wrong', path: at(2).path },
    });
  });

  it('refuses a file that ends beyond the package', async () => {
    const files = manifest.files.with(2, { ...at(2), sizeBytes: manifest.package.sizeBytes });
    expect(await verify({ manifest: { ...manifest, files } })).toMatchObject({
      failure: { reason: 'file-missing', path: at(2).path },
    });
  });

  it('refuses a package whose own hash is wrong', async () => {
    const wrong = { ...manifest.package, sha256: sha256(Buffer.from('other')) };
    expect(await verify({ manifest: { ...manifest, package: wrong } })).toMatchObject({
      failure: { reason: 'package-hash-wrong', found: manifest.package.sha256 },
    });
  });

  it('refuses an index that is not the one that was hashed, or not the manifest’s', async () => {
    const chunks = index.chunks.slice(0, -1);
    const indexBytes = encodeIndex({ ...index, chunks });
    const parsed = parseIndex(indexBytes);
    if (!parsed.ok) throw new Error(parsed.failure.why);
    expect(await verify({ indexBytes })).toMatchObject({
      failure: { reason: 'index-contradicts-manifest', what: 'index' },
    });
    expect(await verify({ indexBytes, index: parsed.value })).toMatchObject({
      failure: { reason: 'index-contradicts-manifest', what: 'sizeBytes' },
    });
  });

  function at(i: number) {
    const file = manifest.files[i];
    if (file === undefined) throw new Error(`no file ${i}`);
    return file;
  }
});

describe('a stage that something happens to after it was verified', () => {
  const damage: [string, StageFailure['reason'], () => void][] = [
    ['one chunk changes', 'chunk-content-wrong', () => flipOnDisk(chunkOf('update/sbl1.mbn').path)],
    ['one chunk goes', 'chunk-missing', () => unlinkSync(chunkOf('update/sbl1.mbn').path)],
  ];
  const mounted: [string, StageFailure['reason'], () => void][] = [
    ['it is unmounted', 'stage-unmounted', () => unmount(stage.directory)],
    ['something is mounted over it', 'stage-mounted-over', () => mountTmpfs(stage.directory)],
    [
      'another filesystem takes its place',
      'wrong-filesystem',
      () => {
        unmount(stage.directory);
        mountRamfs(stage.directory);
      },
    ],
    [
      // It takes the numbers that became free: mount, device and inode are those of the first.
      'a new tmpfs takes its place',
      'stage-empty',
      () => {
        unmount(stage.directory);
        mountTmpfs(stage.directory);
      },
    ],
    ['it is remounted read-only', 'stage-read-only', () => remountReadOnly(stage.directory)],
  ];

  it.each(damage)('%s: no byte of it is read as verified', async (_name, reason, happen) => {
    const whole = await staged();
    happen();
    expect(await whole.readFile('update/sbl1.mbn', 0, 100)).toMatchObject({ failure: { reason } });
    expect(await whole.verifyAgain(never)).toMatchObject({ failure: { reason } });
  });

  it.runIf(CAN_MOUNT).each(mounted)('%s: verifying again says so', async (_name, reason, happen) => {
    const whole = await staged();
    happen();
    expect(await whole.verifyAgain(never)).toMatchObject({ failure: { reason } });
  });

  it.runIf(CAN_MOUNT)(
    'reading from a stage that was unmounted says so, not that a chunk is missing',
    async () => {
      const whole = await staged();
      unmount(stage.directory);
      expect(await whole.readFile('update/sbl1.mbn', 0, 100)).toMatchObject({
        failure: { reason: 'stage-unmounted' },
      });
    },
  );

  it('vanishes with its directory', async () => {
    if (CAN_MOUNT) await stage.release();
    else rmSync(stage.directory, { recursive: true });
    const verified = await verify();
    expect(verified.ok ? '' : verified.failure.reason).toMatch(/stage-(vanished|unmounted)/);
  });
});

describe('reading a file', () => {
  it.each([
    [0, 1],
    [16_000, 1000],
    [149_000, 5000],
    [0, 150_001],
    [150_001, 10],
    [200_000, 10],
  ])('gives the bytes from %d, %d long, across chunks and up to its end', async (offset, length) => {
    const bytes = pkg.files.get('update/NON-HLOS.ubi') ?? Buffer.alloc(0);
    const read = await (await staged()).readFile('update/NON-HLOS.ubi', offset, length);
    expect(read.ok && sha256(read.value)).toBe(sha256(bytes.subarray(offset, offset + length)));
  });

  it('reads each chunk once when it is read front to back', async () => {
    const whole = await staged();
    const path = 'update/sbl1.mbn';
    const first = chunkOf(path);
    await whole.readFile(path, 0, 100);
    unlinkSync(first.path);
    expect(await whole.readFile(path, 100, 100)).toMatchObject({ ok: true });
    await whole.readFile('update/NON-HLOS.ubi', 0, 100);
    await whole.readFile('update/NON-HLOS.ubi', 100_000, 100);
    expect(await whole.readFile(path, 0, 100)).toMatchObject({ failure: { reason: 'chunk-missing' } });
  });

  it('says that a file is not in the package', async () => {
    expect(await (await staged()).readFile('update/other.mbn', 0, 1)).toEqual({
      ok: false,
      failure: { reason: 'file-missing', path: 'update/other.mbn' },
    });
  });

  it('throws for a read no caller should ask for', async () => {
    const whole = await staged();
    await expect(whole.readFile('update/sbl1.mbn', -1, 1)).rejects.toThrow(RangeError);
    await expect(whole.readFile('update/sbl1.mbn', 0, 1e9)).rejects.toThrow(RangeError);
  });
});
