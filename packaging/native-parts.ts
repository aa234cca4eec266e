/**
 * What modems that are plugged in need beside the one file: npm `usb` and `serialport` with all that they require, as
 * `npm ci` has put them into node_modules, without what other systems would run.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { NATIVE_FILES_MAX, NATIVE_PACKAGES_MAX } from './limits.ts';
import type { PackageFile } from './package-file.ts';

const ROOTS = ['usb', 'serialport'];
const names = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({ dependencies: names, optionalDependencies: names });

/** `architecture` as Node names it, e.g. `x64`. A part that was not installed is a failure of the build, and throws. */
export async function nativeParts(
  repository: string,
  { architecture, into }: { readonly architecture: string; readonly into: string },
): Promise<readonly PackageFile[]> {
  const directories = new Map<string, string>();
  for (const name of ROOTS) await collect(name, repository, { repository, isOptional: false, directories });
  const files: PackageFile[] = [];
  for (const [path, directory] of directories) {
    for (const name of await filesIn(directory, architecture)) {
      const bytes = await readFile(join(directory, name));
      files.push({ kind: 'file', path: `${into}/${path}/${name}`, bytes, mode: 0o644 });
    }
  }
  if (files.length > NATIVE_FILES_MAX) throw new Error(`${files.length} files of native parts are too many`);
  if (!files.some(({ path }) => path.endsWith('.node')))
    throw new Error('the native parts hold no native code');
  return files;
}

type Collected = {
  readonly repository: string;
  readonly isOptional: boolean;
  /** By path below the repository, e.g. `node_modules/usb`. */
  readonly directories: Map<string, string>;
};

async function collect(
  name: string,
  from: string,
  { repository, isOptional, directories }: Collected,
): Promise<void> {
  const directory = await resolvePackage(name, from, repository);
  if (directory === null) {
    if (isOptional) return;
    throw new Error(`${name} is not installed: npm ci`);
  }
  const path = directory.slice(repository.length + 1);
  if (directories.has(path)) return;
  directories.set(path, directory);
  if (directories.size > NATIVE_PACKAGES_MAX) throw new Error('the native parts depend on too many packages');
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')));
  const optional = Object.keys(manifest.optionalDependencies);
  for (const each of Object.keys(manifest.dependencies).filter(
    (dependency) => !dependency.startsWith('@types/'),
  ))
    await collect(each, directory, { repository, isOptional: optional.includes(each), directories });
  for (const each of optional) await collect(each, directory, { repository, isOptional: true, directories });
}

/** As Node looks for it: in node_modules of each directory on the way up. */
async function resolvePackage(name: string, from: string, repository: string): Promise<string | null> {
  for (let at = from; at.length >= repository.length; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if ((await readdir(candidate).catch(() => null)) !== null) return candidate;
  }
  return null;
}

async function filesIn(directory: string, architecture: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((name) => !name.startsWith('node_modules/') && isNeeded(name, architecture))
    .sort();
}

function isNeeded(name: string, architecture: string): boolean {
  if (name.startsWith('prebuilds/')) return name.startsWith(`prebuilds/linux-${architecture}/`);
  return !/\.(d\.[cm]?ts|ts|map|gyp|gypi|c|cc|cpp|h)$/.test(name) && !/^(README|CHANGELOG)/i.test(name);
}
