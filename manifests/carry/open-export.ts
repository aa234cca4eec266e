/** An exported file, unpacked beside the road and read like a repository of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { openDirectoryStore } from '../store/directory-store.ts';
import { listAll, type ObjectStore } from '../store/object-store.ts';
import { type UnpackFailure, unpackTree } from './unpack-tree.ts';

export type OpenedExport = {
  readonly store: ObjectStore;
  readonly model: ModelId;
  readonly version: string;
  readonly close: () => Promise<void>;
};

const INDEX = /^models\/([^/]+\/[^/]+)\/targets\/[^/]+\/[^/]+\/[0-9a-f]{64}\.(.+)\.caibx$/;

/** Says which release it holds, and not yet whether it is right. The caller closes it. */
export async function openExport(path: string): Promise<Result<OpenedExport, UnpackFailure>> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-import-'));
  const close = () => rm(directory, { recursive: true, force: true });
  const opened = await openIn(directory, path);
  if (!opened.ok) await close();
  return opened.ok ? ok({ ...opened.value, close }) : opened;
}

async function openIn(
  directory: string,
  path: string,
): Promise<Result<Omit<OpenedExport, 'close'>, UnpackFailure>> {
  const store = openDirectoryStore(directory);
  const unpacked = await unpackTree(path, store);
  if (!unpacked.ok) return unpacked;
  const listed = await listAll(store, 'models/');
  if (!listed.ok) return listed;
  const releases = listed.value.map(({ key }) => INDEX.exec(key)).filter((match) => match !== null);
  const [, name = '', version = ''] = releases[0] ?? [];
  const model = parseModelId(name);
  if (releases.length === 1 && model !== null) return ok({ store, model, version });
  return err({
    reason: 'export-unreadable',
    path,
    why: `it holds ${releases.length} releases in place of one`,
  });
}
