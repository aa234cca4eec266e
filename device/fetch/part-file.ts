/**
 * A chunk on its way. What came is held in memory, at most one chunk, and lies as `<id>.cacnk.part` in the stage,
 * its ETag beside it, whenever a request ended early. A part is not trusted; it only saves asking for those bytes
 * again, and the whole is hashed before it takes the chunk's name.
 */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { codeOf } from '../stage/error-code.ts';
import { strongEtag } from './chunk-answer.ts';
import { PART_FIRST_BYTES } from './limits.ts';

export type PartFile = {
  readonly sizeBytes: () => number;
  readonly etag: () => string | null;
  readonly append: (bytes: Uint8Array) => void;
  /** Empties the part; what follows is of this ETag. */
  readonly restart: (etag: string | null) => void;
  /** What is there is gone on from at another server, whose ETags are its own. */
  readonly forgetEtag: () => void;
  /** All of it, until something is added. */
  readonly content: () => Uint8Array;
  /** Gives its memory back; nothing can be asked of it afterwards. */
  readonly forget: () => void;
  /** Writes it down for the next run, or removes what was written where it is empty. */
  readonly save: () => Promise<void>;
  /** Gives the chunk its name. `durably` where a power cut must not take it away again. */
  readonly finish: (options: { readonly durably: boolean }) => Promise<void>;
};

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** The part that an earlier run left, or a new one. It and what it gives throw system errors. */
export async function openPart(stageDirectory: string, id: string): Promise<PartFile> {
  const finalPath = join(stageDirectory, chunkPath(id));
  const partPath = `${finalPath}.part`;
  const etagPath = `${partPath}.etag`;

  const earlier = await earlierPart(partPath, etagPath);
  let memory = new Uint8Array(Math.max(PART_FIRST_BYTES, earlier.length));
  memory.set(earlier);
  let sizeBytes = earlier.length;
  let etag = sizeBytes > 0 ? await keptEtag(etagPath) : null;
  let isOnDisk = sizeBytes > 0;

  const content = () => memory.subarray(0, sizeBytes);
  const makeRoom = (neededBytes: number) => {
    if (neededBytes <= memory.length) return;
    const larger = new Uint8Array(Math.max(neededBytes, 2 * memory.length));
    larger.set(content());
    giveBack(memory);
    memory = larger;
  };
  const erase = async () => {
    if (!isOnDisk) return;
    await rm(partPath, { force: true });
    await rm(etagPath, { force: true });
    isOnDisk = false;
  };
  return {
    sizeBytes: () => sizeBytes,
    etag: () => etag,
    append: (bytes) => {
      makeRoom(sizeBytes + bytes.length);
      memory.set(bytes, sizeBytes);
      sizeBytes += bytes.length;
    },
    restart: (next) => {
      sizeBytes = 0;
      etag = next;
    },
    forgetEtag: () => {
      etag = null;
    },
    content,
    forget: () => giveBack(memory),
    save: async () => {
      await erase();
      if (sizeBytes === 0) return;
      await mkdir(dirname(partPath), { recursive: true, mode: 0o700 });
      isOnDisk = true;
      await create(partPath, content(), { durably: false });
      if (etag !== null) await create(etagPath, Buffer.from(etag), { durably: false });
    },
    finish: async ({ durably }) => {
      await erase();
      await mkdir(dirname(partPath), { recursive: true, mode: 0o700 });
      isOnDisk = true;
      await create(partPath, content(), { durably });
      await rename(partPath, finalPath);
      isOnDisk = false;
      if (durably) await syncDirectory(dirname(finalPath));
    },
  };
}

/** Bytes that can be gone on from; anything else of that name is removed. */
async function earlierPart(path: string, etagPath: string): Promise<Uint8Array> {
  try {
    const found = await lstat(path);
    if (found.isFile() && found.size > 0 && found.size <= CHUNK_STORED_MAX_BYTES) {
      return await readFile(path);
    }
    await rm(path, { recursive: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  // Also where there is no part: a run may have been killed between removing the one and the other.
  await rm(etagPath, { recursive: true, force: true });
  return new Uint8Array();
}

async function keptEtag(path: string): Promise<string | null> {
  try {
    return strongEtag({ etag: await readFile(path, 'utf8') });
  } catch (error) {
    codeOf(error);
    return null;
  }
}

async function create(
  path: string,
  bytes: Uint8Array,
  { durably }: { readonly durably: boolean },
): Promise<void> {
  const handle = await open(path, CREATE, 0o600);
  try {
    for (let done = 0; done < bytes.length; ) {
      done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
    }
    if (durably) await handle.sync();
  } finally {
    await handle.close();
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
