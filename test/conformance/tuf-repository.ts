/**
 * A TUF repository that can be made to say anything: its roles are plain objects to be changed, and only what was
 * published is served. It is bound to no model, as the conformance suite's are.
 */
import { canonicalize } from '@tufjs/canonical-json';
import { toHex, utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { consistentTargetPath, TUF_SPEC_VERSION, tufInstant } from '../../shared/trust/roles.ts';
import { type AnySigner, ed25519Signers } from './signers.ts';

type KeyRole = { keyids: string[]; threshold: number; [other: string]: unknown };
type MetaFile = { version: number; length?: number; hashes?: { sha256: string } };
type Common = {
  _type: string;
  spec_version: string;
  version: number;
  expires: string;
  [other: string]: unknown;
};
export type RootDocument = Common & {
  consistent_snapshot: boolean;
  keys: Record<string, Record<string, unknown>>;
  roles: Record<'root' | 'timestamp' | 'snapshot' | 'targets', KeyRole>;
};
export type MetaDocument = Common & { meta: Record<string, MetaFile> };
export type Delegation = {
  readonly name: string;
  readonly paths: readonly string[];
  readonly terminating?: boolean;
};
export type TargetsDocument = Common & {
  targets: Record<string, { length: number; hashes: { sha256: string } }>;
  delegations?: { keys: Record<string, unknown>; roles: (KeyRole & { name: string })[] };
};
export type TopRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

export const DAY_MS = 24 * 60 * 60 * 1000;
const SIGNERS_POOL = 40;

export class TufRepository {
  readonly root: RootDocument;
  readonly timestamp: MetaDocument;
  readonly snapshot: MetaDocument;
  /** `targets` and delegated roles by name. */
  readonly targets = new Map<string, TargetsDocument>();
  readonly signers = new Map<string, AnySigner[]>();
  /** Texts by role, every one that was ever published. */
  readonly published = new Map<string, string[]>();
  readonly artifacts = new Map<string, Uint8Array>();
  /** Whether timestamp and snapshot give lengths and hashes. */
  describesFiles = false;
  readonly #pool: AnySigner[];

  private constructor(pool: AnySigner[]) {
    this.#pool = pool;
    const keyRole = (): KeyRole => ({ keyids: [], threshold: 1 });
    this.root = {
      ...common('root'),
      consistent_snapshot: true,
      keys: {},
      roles: { root: keyRole(), timestamp: keyRole(), snapshot: keyRole(), targets: keyRole() },
    };
    this.timestamp = { ...common('timestamp'), meta: { 'snapshot.json': { version: 1 } } };
    this.snapshot = { ...common('snapshot'), meta: { 'targets.json': { version: 1 } } };
    this.targets.set('targets', { ...common('targets'), targets: {} });
  }

  /** Version 1 of every role, published. */
  static async make(): Promise<TufRepository> {
    const repository = new TufRepository(await ed25519Signers(SIGNERS_POOL));
    for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) repository.addKey(role);
    await repository.publish('targets', 'snapshot', 'timestamp', 'root');
    return repository;
  }

  newSigner(): AnySigner {
    const signer = this.#pool.pop();
    if (signer === undefined) throw new Error(`a test takes more than ${SIGNERS_POOL} keys`);
    return signer;
  }

  /** Lists a key for a role, and has the role signed by it. */
  addKey(role: TopRole, signer = this.newSigner()): AnySigner {
    this.root.keys[signer.keyId] = { ...signer.key };
    this.root.roles[role].keyids.push(signer.keyId);
    this.addSigner(role, signer);
    return signer;
  }

  addSigner(role: string, signer: AnySigner): void {
    this.signers.set(role, [...(this.signers.get(role) ?? []), signer]);
  }

  rotateKey(role: TopRole): void {
    this.root.roles[role].keyids.length = 0;
    this.signers.set(role, []);
    this.addKey(role);
  }

  targetsOf(role: string): TargetsDocument {
    const document = this.targets.get(role);
    if (document === undefined) throw new Error(`no role ${role}`);
    return document;
  }

  /** Delegates to a role, which is made where it is new. */
  delegate(from: string, { name, paths, terminating = false }: Delegation): TargetsDocument {
    const delegator = this.targetsOf(from);
    delegator.delegations ??= { keys: {}, roles: [] };
    const signer = this.signers.get(name)?.[0] ?? this.newSigner();
    delegator.delegations.keys[signer.keyId] = signer.key;
    delegator.delegations.roles.push({ name, keyids: [signer.keyId], threshold: 1, terminating, paths });
    if (!this.targets.has(name)) {
      this.addSigner(name, signer);
      this.targets.set(name, { ...common('targets'), targets: {} });
    }
    return this.targetsOf(name);
  }

  async addArtifact(role: string, path: string, content: string): Promise<void> {
    const bytes = utf8(content);
    this.artifacts.set(path, bytes);
    this.targetsOf(role).targets[path] = { length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } };
  }

  /** Signs each role as its document is now, under its version; the next call gives it the next one. */
  async publish(...roles: readonly string[]): Promise<void> {
    for (const role of roles) {
      const document = this.documentOf(role);
      if (this.published.has(role)) document.version += 1;
      await this.publishAs(role);
    }
  }

  /** The same, keeping the version that the document says. */
  async publishAs(role: string): Promise<void> {
    const document = this.documentOf(role);
    const bytes = utf8(canonicalize(document));
    const signatures = await Promise.all(
      (this.signers.get(role) ?? []).map(async ({ keyId, sign }) => ({
        keyid: keyId,
        sig: toHex(await sign(bytes)),
      })),
    );
    const text = JSON.stringify({ signatures, signed: document });
    this.published.set(role, [...(this.published.get(role) ?? []), text]);
  }

  /** Lists what targets roles are published, and publishes snapshot and timestamp. */
  async updateSnapshot(): Promise<void> {
    for (const role of this.targets.keys()) {
      if (this.published.has(role)) this.snapshot.meta[`${role}.json`] = await this.#described(role);
    }
    await this.publish('snapshot');
    await this.updateTimestamp();
  }

  async updateTimestamp(): Promise<void> {
    this.timestamp.meta['snapshot.json'] = await this.#described('snapshot');
    await this.publish('timestamp');
  }

  documentOf(role: string): Common {
    if (role === 'root' || role === 'timestamp' || role === 'snapshot') return this[role];
    return this.targetsOf(role);
  }

  /** The newest text of a role, or the newest one of a version. */
  textOf(role: string, version?: number): string | undefined {
    return this.published
      .get(role)
      ?.findLast((text) => version === undefined || JSON.parse(text).signed.version === version);
  }

  /** A target's bytes by the path it is served at. */
  async artifactAt(served: string): Promise<Uint8Array | undefined> {
    for (const [path, bytes] of this.artifacts) {
      const listed = [...this.targets.values()].flatMap((document) => document.targets[path] ?? []);
      if (listed.some(({ hashes }) => consistentTargetPath(path, hashes.sha256) === served)) return bytes;
    }
    return undefined;
  }

  async #described(role: string): Promise<MetaFile> {
    const { version } = this.documentOf(role);
    if (!this.describesFiles) return { version };
    const bytes = utf8(this.textOf(role) ?? '');
    return { version, length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } };
  }
}

function common(type: string): Common {
  return {
    _type: type,
    spec_version: TUF_SPEC_VERSION,
    version: 1,
    expires: tufInstant(Date.now() + 30 * DAY_MS),
  };
}
