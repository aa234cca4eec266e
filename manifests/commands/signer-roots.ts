/** The roots that a signer holds: the one it names or the first beside its key, and those that lie beside and follow. */
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootMetadata } from '../../shared/trust/documents.ts';
import { parseRoot, type RootsFailure, readRoots } from '../keys/roots.ts';
import { followsRoot, type HeldRoots } from '../signing/judge-request.ts';
import { readRoot } from './read-root.ts';

export type SignerRootsFailure =
  | RootsFailure
  | { readonly reason: 'root-not-given'; readonly directory: string | null }
  | { readonly reason: 'file-unreadable'; readonly path: string; readonly why: string };

export async function readSignerRoots(place: {
  readonly rootPath: string | undefined;
  readonly keyPath: string | undefined;
}): Promise<Result<HeldRoots, SignerRootsFailure>> {
  const { rootPath, keyPath } = place;
  const near = rootPath ?? keyPath;
  if (near === undefined) return err({ reason: 'root-not-given', directory: null });
  const beside = await readRoots(dirname(near));
  if (!beside.ok && beside.failure.reason !== 'key-directory-incomplete') return beside;
  const roots = beside.ok ? beside.value.map(({ root }) => root) : [];
  if (rootPath === undefined) {
    const [first] = roots;
    if (first === undefined) return err({ reason: 'root-not-given', directory: dirname(near) });
    return walk(first, roots);
  }
  const text = await readRoot(rootPath);
  if (!text.ok) return text;
  const root = parseRoot(text.value);
  if (root === null) return err({ reason: 'root-unusable', why: `${rootPath} is no root` });
  return walk(root, roots);
}

/** As far as they follow each other without a gap; one that is next and does not follow is nobody's here. */
async function walk(
  first: RootMetadata,
  roots: readonly RootMetadata[],
): Promise<Result<HeldRoots, SignerRootsFailure>> {
  const held: [RootMetadata, ...RootMetadata[]] = [first];
  for (const root of roots) {
    const newest = held.at(-1) ?? first;
    if (root.signed.version !== newest.signed.version + 1) continue;
    if (!(await followsRoot(newest, root))) {
      const why = `root ${root.signed.version} beside it is not signed for by root ${newest.signed.version}`;
      return err({ reason: 'root-unusable', why });
    }
    held.push(root);
  }
  return ok(held);
}
