/** A device's side of a repository under test: a state directory, a clock, and what a refresh then sees. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { undiciHttp } from '../http/undici-http.ts';
import { aPackage, TEST_MODEL, TEST_VERSION } from '../stage/test-package.ts';
import { aDirectory } from '../stage/test-places.ts';
import { type RepositoryRefresh, type RepositoryView, refreshRepository } from './refresh-repository.ts';
import {
  aRepository,
  jsonBytes,
  type Keys,
  signRoot,
  someKeys,
  type TestRepository,
} from './test-repository.ts';
import { type RepositoryServer, serveRepository } from './test-repository-server.ts';
import type { TrustedFiles } from './trusted-state.ts';

export const PACKAGE = aPackage();
export const MANIFEST = `${TEST_VERSION}.json`;
export const INDEX = `${TEST_VERSION}.caibx`;

const never = new AbortController().signal;

export class TestDevice {
  keys!: Keys;
  /** Text of the pinned root. */
  root!: string;
  repository!: TestRepository;
  server!: RepositoryServer;
  stateDir!: string;
  nowMs: () => number = () => Date.now();
  readonly http = undiciHttp({ userAgent: 'cistern-test' });

  refresh(changes: Partial<RepositoryRefresh> = {}, signal = never) {
    const clock = {
      nowMs: () => this.nowMs(),
      elapsedMs: () => this.nowMs(),
      sleep: () => Promise.resolve(),
    };
    const { stateDir, http, root: pinnedRoot } = this;
    const { model } = this.repository;
    const usual = { stateDir, model, pinnedRoot, repositoryUrl: this.server.url, http, clock };
    return refreshRepository({ ...usual, ...changes }, signal);
  }

  /** A refresh that must succeed. */
  async expectView(changes: Partial<RepositoryRefresh> = {}): Promise<RepositoryView> {
    const view = await this.refresh(changes);
    if (!view.ok) throw new Error(JSON.stringify(view.failure));
    return view.value;
  }

  trustDirectory(): string {
    return join(this.stateDir, 'trust', TEST_MODEL);
  }

  /** What the device trusts now, by role. */
  trustedFiles(): TrustedFiles {
    return JSON.parse(readFileSync(this.trustedPath(), 'utf8').replace(/^.*\n/, '')).files;
  }

  trustedPath(): string {
    return join(this.trustDirectory(), 'trusted.json');
  }
}

/** A fresh device and an honest repository with one release before each test of the file. */
export function setUpDevice(): TestDevice {
  const at = new TestDevice();
  beforeAll(async () => {
    at.keys = await someKeys();
    at.root = await signRoot(at.keys);
  });
  beforeEach(async () => {
    at.repository = aRepository(at.keys);
    at.repository.documents[MANIFEST] = jsonBytes(PACKAGE.manifest);
    at.repository.documents[INDEX] = PACKAGE.indexBytes;
    at.server = await serveRepository(at.repository);
    at.stateDir = aDirectory();
    at.nowMs = () => Date.now();
  });
  afterEach(async () => {
    await at.server.close();
    rmSync(at.stateDir, { recursive: true });
  });
  afterAll(() => at.http.close());
  return at;
}
