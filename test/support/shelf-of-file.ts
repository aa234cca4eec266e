/** Vendor packages on a disk for the tests of one file, gone after them. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { NEXT_VERSION, type PackageShelf, packageShelf } from './local-package.ts';

export let shelf: PackageShelf;
/** The directory of the package that a modem of the tests is flashed with. */
export let next = '';
beforeAll(async () => {
  shelf = await packageShelf();
  next = await shelf.copy(NEXT_VERSION);
});
afterAll(() => shelf.remove());

/** A directory of its own to stage on. */
export const newStage = () => mkdtemp(join(shelf.directory, 'stage-'));
