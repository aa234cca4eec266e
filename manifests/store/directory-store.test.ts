/** What of a repository in a directory only the directory has: names that last through a power cut. */
import { mkdtemp, open, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it, vi } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { openDirectoryStore } from './directory-store.ts';

/** Directories that were synced while `work` ran, as the kernel names them. */
async function syncedBelow(root: string, work: () => Promise<unknown>): Promise<readonly string[]> {
  const handle = await open(root, 'r');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const synced: string[] = [];
  const { sync } = prototype;
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof handle) {
    synced.push(relative(root, await readlink(`/proc/self/fd/${this.fd}`)));
    await sync.call(this);
  });
  try {
    await work();
    return synced.filter((path) => !path.endsWith('.part'));
  } finally {
    spy.mockRestore();
  }
}

it('what is created or replaced has a name that was synced, and so have the directories made for it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'durable-'));
  try {
    const store = openDirectoryStore(root);
    const bytes = utf8('x');
    expect(await syncedBelow(root, () => store.create('chunks/0000/a', bytes))).toEqual([
      'chunks',
      '',
      'chunks/0000',
    ]);
    expect(await syncedBelow(root, () => store.create('chunks/0000/b', bytes))).toEqual(['chunks/0000']);
    expect(await syncedBelow(root, () => store.replace('chunks/c', bytes, null))).toEqual(['chunks']);
    expect(await syncedBelow(root, () => store.create('chunks/0000/a', bytes))).toEqual([]);
  } finally {
    await rm(root, { recursive: true });
  }
});
