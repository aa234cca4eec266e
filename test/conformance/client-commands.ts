/**
 * The commands of the conformance client on the updater's own rooms: what it trusts, where its state lies and how it
 * is replaced, how it asks and what it bounds are the updater's. Only the addresses, and that the repository is bound
 * to no model, are the suite's.
 */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetFile } from '@tufjs/models';
import { systemClock } from '../../device/clock.ts';
import type { Http } from '../../device/http/http.ts';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { plainSource } from '../../device/repository/metadata-source.ts';
import { readPinnedRoot } from '../../device/repository/pinned-root.ts';
import { fetchTarget, isRightTarget } from '../../device/repository/target-store.ts';
import type { TrustFailure } from '../../device/repository/trust-failure.ts';
import { loadTrusted, writeWhole } from '../../device/repository/trusted-state.ts';
import { type Verified, verifyMetadata } from '../../device/repository/verify-metadata.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { consistentTargetPath } from '../../shared/trust/roles.ts';

export type Initialization = { readonly metadataDir: string; readonly rootPath: string };

export type Refresh = {
  readonly metadataDir: string;
  readonly metadataUrl: string;
  readonly print: (line: string) => void;
};

export type Download = Refresh & {
  readonly names: readonly string[];
  readonly targetBaseUrl: string;
  readonly targetDir: string;
};

const PINNED = 'pinned-root.json';
const never = new AbortController().signal;

/** Below the directory that the suite looks into, which must hold nothing but the roles' files. */
const stateOf = (metadataDir: string) => join(metadataDir, '.cistern');

/** Exit code 0. The root is judged by the first refresh, as the updater does with the one that is configured. */
export async function initialize({ metadataDir, rootPath }: Initialization): Promise<number> {
  const text = await readFile(rootPath, 'utf8');
  await writeWhole(stateOf(metadataDir), PINNED, text);
  await writeWhole(metadataDir, 'root.json', text);
  return 0;
}

export function refresh(asked: Refresh): Promise<number> {
  return answering(asked, async (http) => {
    const verified = await verify(asked, http, []);
    return verified.ok ? ok() : verified;
  });
}

export function download(asked: Download): Promise<number> {
  return answering(asked, async (http) => {
    const verified = await verify(asked, http, asked.names);
    if (!verified.ok) return verified;
    for (const name of asked.names) {
      const target = verified.value.targets.get(name);
      if (target === undefined) return err({ reason: 'target-missing', path: name });
      const stored = await store(asked, http, target, verified.value.isConsistent);
      if (!stored.ok) return stored;
    }
    return ok();
  });
}

type WithHttp = (http: Http) => Promise<Result<void, TrustFailure>>;

async function answering({ print }: Refresh, work: WithHttp): Promise<number> {
  const http = undiciHttp({ userAgent: 'cistern-conformance' });
  try {
    const done = await work(http);
    if (!done.ok) print(JSON.stringify(done.failure));
    return done.ok ? 0 : 1;
  } finally {
    await http.close();
  }
}

/** One verification, and the files of what is trusted now, under the names that the suite looks for. */
async function verify(
  { metadataDir, metadataUrl }: Refresh,
  http: Http,
  lookUp: readonly string[],
): Promise<Result<Verified & { readonly isConsistent: boolean }, TrustFailure>> {
  const directory = stateOf(metadataDir);
  const pinned = readPinnedRoot(await readFile(join(directory, PINNED), 'utf8'));
  if (!pinned.ok) return pinned;
  const { state, verified } = await verifyMetadata({
    directory,
    scratchDirectory: tmpdir(),
    model: null,
    pinned: pinned.value,
    state: await loadTrusted(directory, pinned.value.text),
    source: plainSource({ url: metadataUrl, http, clock: systemClock }, '', never),
    lookUp,
    nowMs: systemClock.nowMs,
    isServerDateProved: false,
  });
  const root = state.roots.at(-1) ?? pinned.value.text;
  for (const [role, text] of Object.entries({ ...state.files, root })) {
    await writeWhole(metadataDir, `${encodeURIComponent(role)}.json`, text);
  }
  if (!verified.ok) return verified;
  return ok({ ...verified.value, isConsistent: JSON.parse(root).signed.consistent_snapshot === true });
}

async function store(
  { targetBaseUrl, targetDir }: Download,
  http: Http,
  target: TargetFile,
  isConsistent: boolean,
): Promise<Result<void, TrustFailure>> {
  const name = encodeURIComponent(target.path);
  const there = await readFile(join(targetDir, name)).catch(() => null);
  if (there !== null && (await isRightTarget(target, there))) return ok();
  const [digest = ''] = Object.values(target.hashes);
  const path = isConsistent ? consistentTargetPath(target.path, digest) : target.path;
  const bytes = await fetchTarget(
    { url: targetBaseUrl, http, clock: systemClock },
    target,
    { path: `/${encodeURI(path)}`, maxBytes: target.length },
    never,
  );
  if (!bytes.ok) return bytes;
  await writeWhole(targetDir, name, bytes.value);
  return ok();
}
