import { hash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIndex } from '../../shared/caibx.ts';
import { CHUNK_MAX_BYTES } from '../../shared/limits.ts';
import { nodePlatform } from './node-platform.ts';
import { prepareStage } from './prepare-stage.ts';
import type { Stage } from './stage.ts';
import { type LocalFiles, stageLocalPackage } from './stage-local-package.ts';
import { verifyStage } from './staged-package.ts';
import { aPackage } from './test-package.ts';
import { CAN_MOUNT, mountTmpfs, unmount } from './test-places.ts';

const never = new AbortController().signal;
const quiet = () => {};
let parent = '';
let stage: Stage;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cistern-local-'));
  stage = await stageAt(parent);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function stageAt(wanted: string): Promise<Stage> {
  const wish = { wanted, neededBytes: 4 * CHUNK_MAX_BYTES, platform: nodePlatform };
  const prepared = await prepareStage(wish, never);
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  return prepared.value;
}

const FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ['update/a.mbn', Buffer.alloc(CHUNK_MAX_BYTES + 12_345, 'a')],
  ['update/b.mbn', Buffer.alloc(700, 'b')],
]);

/** A package in memory, given in pieces of a size that fits nothing. */
function localFiles(changes: { readonly read?: LocalFiles['source']['read'] } = {}): LocalFiles {
  const files = [...FILES].map(([path, bytes]) => ({ path, sizeBytes: bytes.length }));
  return {
    source: { files, read: changes.read ?? ((path) => inPieces(FILES.get(path) ?? new Uint8Array())) },
    wanted: [...FILES].map(([path, bytes]) => ({ path, sha256: hash('sha256', bytes) })),
  };
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 99_991) yield bytes.subarray(at, at + 99_991);
}

async function mustStage(local = localFiles()) {
  const cut = await stageLocalPackage(stage, local, quiet, never);
  if (!cut.ok) throw new Error(cut.failure.reason);
  return cut.value;
}

describe('a package from a disk', () => {
  it('is staged so that the stage proves it as it proves every package', async () => {
    const { files, indexBytes, sizeBytes, sha256, chunkCount, storedBytes } = await mustStage();
    expect({ chunkCount, sizeBytes }).toEqual({ chunkCount: 3, sizeBytes: CHUNK_MAX_BYTES + 13_045 });
    const index = parseIndex(indexBytes);
    if (!index.ok) throw new Error(index.failure.why);
    const { manifest } = aPackage();
    const whole = { index: 'local', sizeBytes, sha256, chunkCount, storedBytes };
    const verified = await verifyStage(
      {
        stage,
        manifest: { ...manifest, files: [...files], package: whole },
        index: index.value,
        indexBytes,
      },
      never,
    );
    if (!verified.ok) throw new Error(verified.failure.reason);
    for (const [path, bytes] of FILES) {
      const end = await verified.value.readFile(path, bytes.length - 100, 200);
      expect(end.ok && Buffer.from(end.value)).toEqual(Buffer.from(bytes.subarray(-100)));
    }
  });

  it('gives the same chunks each time, and keeps those that lie there whole', async () => {
    const first = await mustStage();
    const [name = ''] = (await readdir(stage.directory, { recursive: true })).filter((each) =>
      each.endsWith('.cacnk'),
    );
    const good = await readFile(join(stage.directory, name));
    await writeFile(join(stage.directory, name), 'damaged');
    expect(await mustStage()).toEqual(first);
    expect(await readFile(join(stage.directory, name))).toEqual(good);
  });

  it('tells how far it is', async () => {
    const told: string[] = [];
    await stageLocalPackage(stage, localFiles(), (done, total) => told.push(`${done}/${total}`), never);
    const total = CHUNK_MAX_BYTES + 13_045;
    expect(told).toEqual([CHUNK_MAX_BYTES, total - 700, total].map((done) => `${done}/${total}`));
  });

  it('is refused where a file is not what was judged', async () => {
    const changed = localFiles({ read: (path) => inPieces(Buffer.alloc(FILES.get(path)?.length ?? 0, 'x')) });
    expect(await stageLocalPackage(stage, changed, quiet, never)).toEqual({
      ok: false,
      failure: { reason: 'local-package-changed', path: 'update/a.mbn' },
    });
  });

  it('ends with a reason where the disk gives out in the middle', async () => {
    const broken = localFiles({
      read: async function* () {
        yield new Uint8Array(10);
        throw new Error('EIO: i/o error, read');
      },
    });
    expect(await stageLocalPackage(stage, broken, quiet, never)).toEqual({
      ok: false,
      failure: { reason: 'package-unreadable', path: 'update/a.mbn', why: 'EIO: i/o error, read' },
    });
  });

  it('stops when it is told to', async () => {
    const stopped = await stageLocalPackage(stage, localFiles(), quiet, AbortSignal.abort());
    expect(stopped).toEqual({ ok: false, failure: { reason: 'interrupted' } });
  });

  it.runIf(CAN_MOUNT)('writes nothing where the stage was, once its mount has gone', async () => {
    mountTmpfs(parent, 'size=8m');
    stage = await stageAt(parent);
    const local = localFiles();
    const unmountAfterTheFirst = () => unmount(parent, ['-l']);
    expect(await stageLocalPackage(stage, local, unmountAfterTheFirst, never)).toEqual({
      ok: false,
      failure: { reason: 'stage-unmounted', directory: stage.directory, mountPoint: parent },
    });
    // What lies beneath is the stage of the test's own disk, untouched.
    expect(await readdir(stage.directory)).toEqual([]);
  });

  it('says that the stage has gone', async () => {
    await rm(stage.directory, { recursive: true });
    await writeFile(stage.directory, '');
    expect(await stageLocalPackage(stage, localFiles(), quiet, never)).toEqual({
      ok: false,
      failure: { reason: 'stage-vanished', directory: stage.directory },
    });
  });
});
