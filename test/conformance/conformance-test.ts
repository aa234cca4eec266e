/** One repository served on loopback and one client with directories of its own, for each test of a file. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { download, initialize, refresh } from './client-commands.ts';
import { TufRepository } from './tuf-repository.ts';

export class ConformanceTest {
  repository!: TufRepository;
  url!: string;
  /** Metadata that was asked for, oldest first: `root 2`, `timestamp`, `a%2Fb 1`. */
  readonly asked: string[] = [];
  /** Texts that are served in the place of others, by what is asked: `snapshot 2`. */
  readonly instead = new Map<string, string>();
  /** What the client printed of its failures. */
  readonly printed: string[] = [];
  #directory!: string;
  #server!: Server;

  readonly #print = (line: string) => this.printed.push(line);

  async begin(): Promise<void> {
    this.repository = await TufRepository.make();
    this.asked.length = 0;
    this.instead.clear();
    this.#directory = mkdtempSync(join(tmpdir(), 'cistern-conformance-'));
    this.#server = createServer(async (request, response) => {
      const text = await this.#fetch(request.url ?? '/');
      return text === undefined ? response.writeHead(404).end() : response.end(text);
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async end(): Promise<void> {
    vi.useRealTimers();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#directory, { recursive: true });
  }

  get metadataDir(): string {
    return join(this.#directory, 'metadata');
  }

  get targetDir(): string {
    return join(this.#directory, 'targets');
  }

  /** The file of the root that the client is to begin with. */
  rootFile(text = this.repository.textOf('root', 1) ?? ''): string {
    const rootPath = join(this.#directory, 'initial-root.json');
    writeFileSync(rootPath, text);
    return rootPath;
  }

  init(text?: string): Promise<number> {
    return initialize({ metadataDir: this.metadataDir, rootPath: this.rootFile(text) });
  }

  refresh(): Promise<number> {
    return refresh({
      metadataDir: this.metadataDir,
      metadataUrl: `${this.url}/metadata`,
      print: this.#print,
    });
  }

  download(...names: readonly string[]): Promise<number> {
    return download({
      metadataDir: this.metadataDir,
      metadataUrl: `${this.url}/metadata`,
      targetBaseUrl: `${this.url}/targets`,
      targetDir: this.targetDir,
      names,
      print: this.#print,
    });
  }

  /** Moves the clock of this process, and with it the client's and the server's. */
  at(ms: number): void {
    vi.useFakeTimers({ toFake: ['Date'], now: ms });
  }

  /** Roles that the client trusts, with their versions, by name. */
  trusted(): Record<string, number> {
    const files = readdirSync(this.metadataDir).filter((name) => name.endsWith('.json'));
    return Object.fromEntries(
      files.sort().map((name) => {
        const text = readFileSync(join(this.metadataDir, name), 'utf8');
        return [decodeURIComponent(name.slice(0, -'.json'.length)), JSON.parse(text).signed.version];
      }),
    );
  }

  /** The exact text that the client keeps of a role. */
  trustedText(role: string): string {
    return readFileSync(join(this.metadataDir, `${role}.json`), 'utf8');
  }

  /** What was downloaded, in no order. */
  downloaded(): string[] {
    if (!existsSync(this.targetDir)) return [];
    const names = readdirSync(this.targetDir, { recursive: true, encoding: 'utf8' });
    return names.map((name) => readFileSync(join(this.targetDir, name), 'utf8')).sort();
  }

  async #fetch(path: string): Promise<string | Uint8Array | undefined> {
    if (path.startsWith('/targets/')) {
      return this.repository.artifactAt(decodeURI(path.slice('/targets/'.length)));
    }
    const [, version, role = ''] = /^\/metadata\/(?:(\d+)\.)?(.+)\.json$/.exec(path) ?? [];
    const file = version === undefined ? role : `${role} ${version}`;
    this.asked.push(file);
    const number = version === undefined ? undefined : Number(version);
    return this.instead.get(file) ?? this.repository.textOf(decodeURIComponent(role), number);
  }
}

export function setUpConformance(): ConformanceTest {
  const at = new ConformanceTest();
  beforeEach(() => at.begin());
  afterEach(() => at.end());
  return at;
}
