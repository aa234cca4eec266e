/** A store's tree as one tar file, the same bytes for the same tree. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { err, ok, type Result } from '../../shared/result.ts';
import { CARRIED_OBJECT_MAX_BYTES } from '../limits.ts';
import { listAll, type ObjectStore, type StoreFailure } from '../store/object-store.ts';

export type PackFailure =
  | StoreFailure
  | { readonly reason: 'file-unwritable'; readonly path: string; readonly why: string };

/** `path` appears whole or not at all; answers its size in bytes. Names in it begin with `v1/`, as URLs do. */
export async function packTree(store: ObjectStore, path: string): Promise<Result<number, PackFailure>> {
  const listed = await listAll(store, '');
  if (!listed.ok) return listed;
  const keys = listed.value.map(({ key }) => key).sort();
  const tar = pack();
  let failed: StoreFailure | null = null;
  let sizeBytes = 0;
  const fill = async () => {
    for (const key of keys) {
      const object = await store.get(key, CARRIED_OBJECT_MAX_BYTES);
      if (!object.ok) failed = object.failure;
      if (!object.ok || object.value === null) return tar.destroy(new Error(`${key} is gone`));
      const { bytes } = object.value;
      sizeBytes += bytes.length;
      const header = { name: `v1/${key}`, size: bytes.length, mtime: new Date(0), mode: 0o644 };
      await new Promise<void>((resolve, reject) => {
        tar.entry(header, Buffer.from(bytes), (error) => (error ? reject(error) : resolve()));
      });
    }
    tar.finalize();
  };
  try {
    await Promise.all([
      fill(),
      pipeline(tar, createWriteStream(`${path}.part`, { flags: 'wx', flush: true })),
    ]);
    await rename(`${path}.part`, path);
    return ok(sizeBytes);
  } catch (error) {
    await rm(`${path}.part`, { force: true });
    return err(failed ?? { reason: 'file-unwritable', path, why: (error as Error).message });
  }
}
