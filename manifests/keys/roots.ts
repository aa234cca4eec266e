/** The roots of a key directory, `1.root.json` and on, and the next one while it waits for its signatures. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type RootMetadata, rootSchema } from '../../shared/trust/documents.ts';
import { metadataFile } from '../../shared/trust/roles.ts';
import { ROOT_FILES_MAX } from '../limits.ts';
import {
  type RootRequest,
  readSigningRequest,
  type SigningRequestFailure,
  signingRequestText,
} from '../signing/request.ts';
import { FIRST_ROOT, type KeyDirectoryFailure, writeOnlinePublic } from './key-directory.ts';

/** Root N+1 before enough keys signed it: a signing request. */
export const ROOT_DRAFT = 'root.request.json';

export type RootFile = {
  readonly version: number;
  /** The file's exact text: its signatures are over it. */
  readonly text: string;
  readonly root: RootMetadata;
};

export type RootsFailure =
  | KeyDirectoryFailure
  | SigningRequestFailure
  | { readonly reason: 'root-unusable'; readonly why: string }
  | { readonly reason: 'no-root-pending'; readonly path: string };

/** All roots of the directory, oldest first; at least one. */
export async function readRoots(
  directory: string,
): Promise<Result<readonly [RootFile, ...RootFile[]], RootsFailure>> {
  const names: readonly string[] = await readdir(directory).catch(() => []);
  const versions = names
    .map((name) => Number(/^([1-9]\d{0,5})\.root\.json$/.exec(name)?.[1] ?? 0))
    .filter((version) => version > 0)
    .sort((a, b) => a - b)
    .slice(-ROOT_FILES_MAX);
  const roots: RootFile[] = [];
  for (const version of versions) {
    const name = metadataFile('root', version);
    const text = await readFile(join(directory, name), 'utf8').catch(() => '');
    const root = parseRoot(text);
    if (root === null || root.signed.version !== version)
      return err({ reason: 'root-unusable', why: `${join(directory, name)} is not root ${version}` });
    roots.push({ version, text, root });
  }
  const [first, ...later] = roots;
  if (first === undefined)
    return err({ reason: 'key-directory-incomplete', path: directory, file: FIRST_ROOT });
  return ok([first, ...later]);
}

export function parseRoot(text: string): RootMetadata | null {
  if (text.length > ROOT_MAX_BYTES) return null;
  try {
    return rootSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The pending root; null where none is. */
export async function readDraft(directory: string): Promise<Result<RootRequest | null, RootsFailure>> {
  const path = join(directory, ROOT_DRAFT);
  const names: readonly string[] = await readdir(directory).catch(() => []);
  if (!names.includes(ROOT_DRAFT)) return ok(null);
  const request = await readSigningRequest(path);
  if (!request.ok) return request;
  if (request.value.kind === 'root') return ok(request.value);
  return err({ reason: 'signing-request-unreadable', path, why: 'it is not of a root' });
}

/** Appears whole or not at all. */
export async function writeDraft(directory: string, draft: RootRequest): Promise<void> {
  await writeWhole(join(directory, ROOT_DRAFT), signingRequestText(draft));
}

/** The signed root takes its name, then the online keys theirs, then the draft goes: a cut repeats what is left. */
export async function finishRoot(directory: string, draft: RootRequest): Promise<string> {
  const { signatures, signed } = draft.next;
  const path = join(directory, metadataFile('root', signed.version));
  await writeWhole(path, JSON.stringify({ signatures, signed }));
  if (draft.online !== null) await writeOnlinePublic(directory, draft.online);
  await rm(join(directory, ROOT_DRAFT), { force: true });
  return path;
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { flush: true });
  await rename(`${path}.part`, path);
}
