/** A stage and a repository for download tests, fresh for each test of a file; time passes at once. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import { systemClock } from '../clock.ts';
import { undiciHttp } from '../http/undici-http.ts';
import { prepareStage } from '../stage/prepare-stage.ts';
import type { Stage } from '../stage/stage.ts';
import { verifyStage } from '../stage/staged-package.ts';
import { aPackage, type TestPackage } from '../stage/test-package.ts';
import { aDirectory, platformAt } from '../stage/test-places.ts';
import { fetchPackage, type PackageFetch } from './fetch-package.ts';
import { type ChunkServer, type Misbehaviour, serveChunks } from './test-repository-server.ts';

const never = new AbortController().signal;

/** Many chunks, and one of a single chunk. */
export const MANY = aPackage();
export const ONE = aPackage({ chunkBytes: 64 * 1024, fileSizes: { 'update/one.bin': 50_000 } });
const [oneId = ''] = ONE.stored.keys();
export const ONE_ID = oneId;
export const ONE_BYTES = ONE.stored.get(oneId) ?? new Uint8Array();

export class TestDownload {
  base!: string;
  stage!: Stage;
  server: ChunkServer | undefined;
  slept: number[] = [];
  readonly http = undiciHttp({ userAgent: 'cistern-test' });

  async aStage(kind: 'disk' | 'auto', neededBytes = 1024 * 1024): Promise<Stage> {
    const wanted = kind === 'disk' ? this.base : 'auto';
    const wish = { wanted, neededBytes, platform: platformAt(this.base) };
    const prepared = await prepareStage(wish, never);
    if (!prepared.ok) throw new Error(prepared.failure.reason);
    return prepared.value;
  }

  /** Fetches a package from a server that misbehaves as told, once for each request. */
  async fetch(
    from: TestPackage,
    misbehaviours: Misbehaviour[] = [],
    changes: Partial<PackageFetch> = {},
    signal = never,
  ) {
    this.server ??= await serveChunks(from.stored, misbehaviours);
    const sleep = async (delayMs: number) => {
      this.slept.push(delayMs);
    };
    return fetchPackage(
      {
        index: from.index,
        storedBytes: from.manifest.package.storedBytes,
        stage: this.stage,
        repositoryUrl: this.server.url,
        http: this.http,
        clock: { ...systemClock, sleep },
        random: () => 0.5,
        onProgress: () => {},
        limits: { silenceMs: 300 },
        ...changes,
      },
      signal,
    );
  }

  /** The stage holds all of a package, and nothing half-done. */
  async expectWhole({ manifest, index, indexBytes }: TestPackage): Promise<void> {
    const { stage } = this;
    expect(await verifyStage({ stage, manifest, index, indexBytes }, never)).toMatchObject({ ok: true });
    const names = readdirSync(stage.directory, { recursive: true }).map(String);
    expect(names.filter((name) => name.includes('.part'))).toEqual([]);
  }

  /** Where a chunk lies, or will; its directory is made. */
  place(from: TestPackage, id = [...from.stored.keys()][0] ?? ''): string {
    const path = join(this.stage.directory, chunkPath(id));
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }
}

export function setUpDownload(): TestDownload {
  const at = new TestDownload();
  beforeEach(async () => {
    at.base = aDirectory();
    at.slept = [];
    at.stage = await at.aStage('disk');
  });
  afterEach(async () => {
    await at.server?.close();
    at.server = undefined;
    await at.stage.release();
    rmSync(at.base, { recursive: true, force: true });
  });
  afterAll(() => at.http.close());
  return at;
}
