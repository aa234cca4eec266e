/** Vendor packages on a disk, as a field engineer has them on a stick: made once a test file, then copied and spoilt. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildZip } from '../firmware/build-zip.ts';
import { SMALL_SIZE_BYTES, writeDemoPackage } from '../firmware/demo-package.ts';

/** Newer than the demonstration's old version, of the same baseline and customer line: it fits without a voucher. */
export const NEXT_VERSION = 'EC25EUGAR06A06M4G_01.004.01.004';

export type PackageShelf = {
  /** For whatever a test wants to put beside. */
  readonly directory: string;
  /** A copy of the sound package of a version, in a directory named for it (or as it is said). */
  readonly copy: (version: string, name?: string) => Promise<string>;
  /** The same as a zip. */
  readonly zip: (version: string) => Promise<string>;
  /** An empty directory of this path, as a mount point with nothing mounted is. */
  readonly empty: (path: string) => Promise<void>;
  readonly remove: () => Promise<void>;
};

export async function packageShelf(): Promise<PackageShelf> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-shelf-'));
  const sound = async (version: string) => {
    const path = join(directory, 'sound', version);
    const isThere = await readdir(path).catch(() => null);
    if (isThere === null) await writeDemoPackage(path, { version, sizeBytes: SMALL_SIZE_BYTES });
    return path;
  };
  const copy = async (version: string, name = version) => {
    const path = join(await mkdtemp(join(directory, 'copy-')), name);
    await cp(await sound(version), path, { recursive: true });
    return path;
  };
  const zip = async (version: string) => {
    const from = await sound(version);
    const names = await readdir(from, { recursive: true, withFileTypes: true });
    const entries = await Promise.all(
      names
        .filter((entry) => entry.isFile())
        .map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          return { name: `${version}/${path.slice(from.length + 1)}`, content: await readFile(path) };
        }),
    );
    const path = join(directory, `${version}.zip`);
    await writeFile(path, buildZip(entries));
    return path;
  };
  const empty = async (path: string) => {
    await mkdir(path);
  };
  return { directory, copy, zip, empty, remove: () => rm(directory, { recursive: true, force: true }) };
}
