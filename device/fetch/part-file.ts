/**
 * A chunk on its way. What came is held in memory, at most one chunk, and lies as `<id>.cacnk.part` in the stage, its
 * ETag beside it before any of it, as far as it was saved. A part is not trusted; it only saves asking for those
 * bytes again, and the whole is hashed before it takes the chunk's name.
 */
import { closeSync, constants, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { readUpTo } from '../stage/chunk-file.ts';
import { codeOf } from '../stage/error-code.ts';
import { syncDirectory } from '../stage/sync-directory.ts';
import { strongEtag } from './chunk-answer.ts';
import type { PartMemories } from './part-memories.ts';

export type PartFile = {
  readonly sizeBytes: () => number;
  /** What a kill would lose. */
  readonly unsavedBytes: () => number;
  readonly etag: () => string | null;
  readonly append: (bytes: Uint8Array) => void;
  /** Empties the part; what follows is of this ETag. */
  readonly restart: (etag: string | null) => void;
  /** What is there is gone on from at another server, whose ETags are its own. */
  readonly forgetEtag: () => void;
  /** All of it, until something is added. */
  readonly content: () => Uint8Array;
  /** Writes down what came since the last time, or removes what was written where the part is empty. */
  readonly save: () => Promise<void>;
  /** Gives the chunk its name. */
  readonly finish: () => Promise<void>;
  /** Gives its memory back; nothing can be asked of it afterwards. */
  readonly close: () => Promise<void>;
};

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * The part that an earlier run left, or a new one. It and what it gives throw system errors. `durably` where a power
 * cut must not take a chunk away again, nor leave bytes without the ETag that they are of; `isNew` where nothing of it
 * lies there.
 */
export async function openPart(
  stageDirectory: string,
  id: string,
  {
    durably,
    isNew,
    memories,
  }: { readonly durably: boolean; readonly isNew: boolean; readonly memories: PartMemories },
): Promise<PartFile> {
  const finalPath = join(stageDirectory, chunkPath(id));
  const directory = dirname(finalPath);
  const partPath = `${finalPath}.part`;
  const etagPath = `${partPath}.etag`;

  const earlier = isNew ? null : await earlierPart(partPath, etagPath);
  let file = earlier?.file ?? null;
  let memory = earlier?.bytes ?? memories.take();
  let sizeBytes = earlier?.bytes.length ?? 0;
  let savedBytes = sizeBytes;
  let etag = earlier === null ? null : await keptEtag(etagPath);
  let isEtagSaved = earlier !== null;
  let isRestarted = false;

  const content = () => memory.subarray(0, sizeBytes);
  const makeRoom = (neededBytes: number) => {
    if (neededBytes <= memory.length) return;
    const larger = new Uint8Array(Math.max(neededBytes, 2 * memory.length));
    larger.set(content());
    giveBack(memory);
    memory = larger;
  };
  const removeEtag = async () => {
    if (isEtagSaved) await rm(etagPath, { force: true });
    isEtagSaved = false;
  };
  const eraseRestarted = async () => {
    if (!isRestarted) return;
    await file?.close();
    file = null;
    savedBytes = 0;
    await rm(partPath, { force: true });
    await removeEtag();
    isRestarted = false;
  };
  const createPart = async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return open(partPath, CREATE, 0o600);
  };
  const writeRest = async (to: FileHandle) => {
    while (savedBytes < sizeBytes)
      savedBytes += (await to.write(memory, savedBytes, sizeBytes - savedBytes, savedBytes)).bytesWritten;
  };
  return {
    sizeBytes: () => sizeBytes,
    unsavedBytes: () => sizeBytes - (isRestarted ? 0 : savedBytes),
    etag: () => etag,
    append: (bytes) => {
      makeRoom(sizeBytes + bytes.length);
      memory.set(bytes, sizeBytes);
      sizeBytes += bytes.length;
    },
    restart: (next) => {
      sizeBytes = 0;
      etag = next;
      isRestarted = file !== null;
    },
    forgetEtag: () => {
      etag = null;
    },
    content,
    save: async () => {
      await eraseRestarted();
      if (sizeBytes === 0) return;
      if (etag === null) await removeEtag();
      if (file === null && etag !== null) {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeEtag(etagPath, etag, { durably });
        isEtagSaved = true;
      }
      file ??= await createPart();
      await writeRest(file);
    },
    finish: async () => {
      await eraseRestarted();
      if (file === null && !durably) return placeAtOnce(directory, { partPath, finalPath }, content());
      await removeEtag();
      file ??= await createPart();
      await writeRest(file);
      if (durably) await file.sync();
      await rename(partPath, finalPath);
      if (durably) await syncDirectory(directory);
    },
    close: async () => {
      memories.leave(memory);
      await file?.close();
    },
  };
}

/** In memory, where each call is done sooner than a thread of the pool has begun it. */
function placeAtOnce(
  directory: string,
  { partPath, finalPath }: { readonly partPath: string; readonly finalPath: string },
  content: Uint8Array,
): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = openSync(partPath, CREATE, 0o600);
  try {
    for (let done = 0; done < content.length; ) done += writeSync(file, content, done);
  } finally {
    closeSync(file);
  }
  renameSync(partPath, finalPath);
}

/** Bytes that can be gone on from; anything else of that name is removed. */
async function earlierPart(
  path: string,
  etagPath: string,
): Promise<{ readonly file: FileHandle; readonly bytes: Uint8Array } | null> {
  try {
    // Neither a pipe nor a device may keep it waiting.
    const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = await file.stat();
    if (found.isFile() && found.size > 0 && found.size <= CHUNK_STORED_MAX_BYTES)
      return { file, bytes: await readUpTo(file, found.size) };
    await file.close();
  } catch (error) {
    if (!NO_PART.has(codeOf(error))) throw error;
  }
  await rm(path, { recursive: true, force: true });
  // Also where there is no part: a run may have been killed between removing the one and the other.
  await rm(etagPath, { recursive: true, force: true });
  return null;
}

const NO_PART: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'EISDIR', 'ENXIO']);

async function keptEtag(path: string): Promise<string | null> {
  try {
    return strongEtag({ etag: await readFile(path, 'utf8') });
  } catch (error) {
    codeOf(error);
    return null;
  }
}

async function writeEtag(
  path: string,
  etag: string,
  { durably }: { readonly durably: boolean },
): Promise<void> {
  const file = await open(path, CREATE, 0o600);
  try {
    await file.writeFile(etag);
    if (durably) await file.sync();
  } finally {
    await file.close();
  }
  if (durably) await syncDirectory(dirname(path));
}
