/**
 * A chunk on its way: `<id>.cacnk.part`, and its ETag beside it. What a part holds is not trusted; it only saves
 * asking for those bytes again, and the whole is hashed before it takes the chunk's name.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { codeOf } from '../stage/error-code.ts';
import { strongEtag } from './chunk-answer.ts';

export type PartFile = {
  readonly path: string;
  readonly sizeBytes: () => number;
  readonly etag: () => string | null;
  readonly append: (bytes: Uint8Array) => Promise<void>;
  /** Empties the part; what follows is of this ETag. */
  readonly restart: (etag: string | null) => Promise<void>;
  /** Gives the chunk its name. `durably` where a power cut must not take it away again. */
  readonly finish: (options: { readonly durably: boolean }) => Promise<void>;
  /** Closes the file and keeps the ETag for the next run. */
  readonly close: () => Promise<void>;
};

const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const OLD = constants.O_RDWR | constants.O_NOFOLLOW;

/** Opens the part that an earlier run left, or a new one. Throws system errors. */
export async function openPart(stageDirectory: string, id: string): Promise<PartFile> {
  const finalPath = join(stageDirectory, chunkPath(id));
  const path = `${finalPath}.part`;
  const etagPath = `${path}.etag`;
  await mkdir(dirname(finalPath), { recursive: true, mode: 0o700 });

  let sizeBytes = await usableBytes(path);
  let etag = sizeBytes > 0 ? await keptEtag(etagPath) : null;
  let handle: FileHandle | null = await open(path, sizeBytes > 0 ? OLD : NEW, 0o600);

  const close = async () => {
    await handle?.close();
    handle = null;
  };
  return {
    path,
    sizeBytes: () => sizeBytes,
    etag: () => etag,
    append: async (bytes) => {
      for (let done = 0; done < bytes.length; ) {
        const written = await handle?.write(bytes, done, bytes.length - done, sizeBytes);
        if (written === undefined) throw new Error('the part is closed');
        done += written.bytesWritten;
        sizeBytes += written.bytesWritten;
      }
    },
    restart: async (next) => {
      await handle?.truncate(0);
      sizeBytes = 0;
      etag = next;
    },
    finish: async ({ durably }) => {
      if (durably) await handle?.sync();
      await close();
      await rename(path, finalPath);
      await rm(etagPath, { force: true });
      if (durably) await syncDirectory(dirname(finalPath));
    },
    close: async () => {
      if (handle === null) return;
      await close();
      if (sizeBytes === 0) await rm(path, { force: true });
      if (sizeBytes === 0 || etag === null) await rm(etagPath, { force: true });
      else await writeFile(etagPath, etag, { mode: 0o600 });
    },
  };
}

/** Bytes of a part that can be gone on from; anything else of that name is removed. */
async function usableBytes(path: string): Promise<number> {
  try {
    const found = await lstat(path);
    if (found.isFile() && found.size > 0 && found.size <= CHUNK_STORED_MAX_BYTES) return found.size;
    await rm(path, { recursive: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return 0;
}

async function keptEtag(path: string): Promise<string | null> {
  try {
    return strongEtag({ etag: await readFile(path, 'utf8') });
  } catch (error) {
    codeOf(error);
    return null;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
