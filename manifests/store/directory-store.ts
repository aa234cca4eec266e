/** A repository in a directory: a mirror that any static file server can serve, or a medium to carry one on. */
import { createHash, randomBytes } from 'node:crypto';
import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ListedObject, ObjectStore, StoreFailure } from './object-store.ts';

/** Files on their way to their name; never listed. */
const PART = '.part';

/** `directory` is made when something is put into it. Objects appear whole or not at all, also after a power cut. */
export function openDirectoryStore(directory: string): ObjectStore {
  const root = resolve(directory);
  const refuse = (error: unknown) =>
    err({ reason: 'store-refused', store: root, why: (error as Error).message } as const);
  const attempt = async <T>(
    work: () => Promise<Result<T, StoreFailure>>,
  ): Promise<Result<T, StoreFailure>> => {
    try {
      return await work();
    } catch (error) {
      return refuse(error);
    }
  };

  const store: ObjectStore = {
    name: root,
    get: (key, maxBytes) =>
      attempt(async () => {
        const status = await statOf(join(root, key));
        if (status === null || !status.isFile()) return ok(null);
        if (status.size > maxBytes)
          return err({ reason: 'object-too-large', store: root, key, maxBytes } as const);
        const bytes = new Uint8Array(await readFile(join(root, key)));
        return ok({ bytes, tag: tagOf(bytes) });
      }),
    has: (key) => attempt(async () => ok((await statOf(join(root, key)))?.isFile() === true)),
    create: (key, bytes) =>
      attempt(async () => {
        if ((await statOf(join(root, key))) !== null) return ok('was-there');
        const part = await writePart(join(root, key), bytes);
        try {
          // A hard link is refused where the name is taken; a rename would take its place.
          await link(part, join(root, key));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
          return ok('was-there');
        } finally {
          await unlink(part);
        }
        await syncDirectory(dirname(join(root, key)));
        return ok('stored');
      }),
    replace: (key, bytes, tag) =>
      attempt(async () => {
        const there = await readFile(join(root, key)).catch(nullWhereMissing);
        const found = there === null ? null : tagOf(there);
        if (found !== tag) return ok('taken');
        const part = await writePart(join(root, key), bytes);
        await rename(part, join(root, key));
        await syncDirectory(dirname(join(root, key)));
        return ok('stored');
      }),
    list: (prefix) => listBelow(root, prefix, refuse),
    remove: (key) => attempt(async () => ok(await rm(join(root, key), { force: true }))),
  };
  return store;
}

async function writePart(path: string, bytes: Uint8Array): Promise<string> {
  await makeDirectory(dirname(path));
  const part = `${path}.${randomBytes(6).toString('hex')}${PART}`;
  await writeFile(part, bytes, { flag: 'wx', flush: true });
  return part;
}

/** Names of new directories are as durable as what is put into them. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === first) return;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* listBelow(
  root: string,
  prefix: string,
  refuse: (error: unknown) => Result<never, StoreFailure>,
): AsyncGenerator<Result<ListedObject, StoreFailure>> {
  const pending = [prefix.replace(/\/+$/, '')];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const path = join(root, directory);
    const names = await readdir(path).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'ENOTDIR' ? [] : error,
    );
    if (names instanceof Error) {
      yield refuse(names);
      return;
    }
    for (const name of names.sort().reverse()) {
      const key = directory === '' ? name : `${directory}/${name}`;
      // A link could lead out of the repository, or round in it.
      const status = await lstat(join(root, key)).catch(nullWhereMissing);
      if (status?.isDirectory()) pending.push(key);
      else if (status?.isFile() && !name.endsWith(PART))
        yield ok({ key, sizeBytes: status.size, modifiedMs: status.mtimeMs });
    }
  }
}

function statOf(path: string) {
  return stat(path).catch(nullWhereMissing);
}

function nullWhereMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

function tagOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
