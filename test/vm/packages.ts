/**
 * Debian's packages: QEMU is installed where it is missing; the kernel and the guest's tools are only unpacked, so that
 * this machine boots what it booted before and none of its programs is replaced.
 */
import { access, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { apt, downloadOnce, withWhatTheyNeed } from './apt.ts';
import { type CommandFailure, hostCommand } from './host-command.ts';
import { APT_TIMEOUT_MS } from './limits.ts';
import { CACHE, FWUPD_TREE, KERNEL_TREE, PACKAGES, TOOLS_TREE } from './paths.ts';

export type PackagesFailure =
  | CommandFailure
  | { readonly reason: 'no-apt' }
  | { readonly reason: 'not-root'; readonly packages: readonly string[] };

export const QEMU = 'qemu-system-x86_64';
/** QEMU, mke2fs for the guest's disk, and the libraries that the guest's tools find on this machine. */
const INSTALLED = ['qemu-system-x86', 'e2fsprogs', 'libudev1', 'libxml2'] as const;
const KERNEL_META_PACKAGE = 'linux-image-amd64';
const TOOLS = ['busybox-static', 'usbip', 'libwrap0', 'qdl'] as const;
/** A client that is not ours, and strace, which helps it over a defect (`scenarios/14-fwupd.ts`). */
const FWUPD = ['fwupd', 'strace'] as const;
/** What the cache was made of: another list here makes it anew. */
export const WANTED = [KERNEL_META_PACKAGE, ...INSTALLED, ...TOOLS, ...FWUPD].join(' ');
/** Debian's / holds links to these directories of /usr; a package may still ship files under the old names. */
const MERGED_INTO_USR = ['bin', 'sbin', 'lib', 'lib64'] as const;

/** Leaves QEMU on PATH, the kernel in KERNEL_TREE, the tools in TOOLS_TREE and fwupd in FWUPD_TREE. */
export async function fetchPackages(say: (text: string) => void): Promise<Result<void, PackagesFailure>> {
  if (!(await isOnPath('apt-get')) || !(await isOnPath('dpkg'))) return err({ reason: 'no-apt' });
  const kernelPackage = await findKernelPackage(say);
  if (!kernelPackage.ok) return kernelPackage;
  const installed = await installMissing(say);
  if (!installed.ok) return installed;

  const fwupd = await withWhatTheyNeed(FWUPD);
  if (!fwupd.ok) return fwupd;
  const unpacked = [
    { tree: KERNEL_TREE, packages: [kernelPackage.value] },
    { tree: TOOLS_TREE, packages: TOOLS },
    { tree: FWUPD_TREE, packages: fwupd.value },
  ];
  for (const { tree, packages } of unpacked) {
    say(`unpacking ${packages.join(', ')}`);
    const done = await unpack(packages, tree);
    if (!done.ok) return done;
  }
  return ok();
}

/** `linux-image-amd64` is empty and depends on the kernel of the day. Fresh machines have no package lists yet. */
async function findKernelPackage(say: (text: string) => void): Promise<Result<string, CommandFailure>> {
  const look = async () => {
    const shown = await hostCommand('apt-cache', ['depends', KERNEL_META_PACKAGE], {
      timeoutMs: APT_TIMEOUT_MS,
    });
    return shown.ok ? /Depends: (linux-image-\S+)/.exec(shown.value)?.[1] : undefined;
  };
  const known = await look();
  if (known !== undefined) return ok(known);
  say('reading package lists');
  const updated = await apt(['update']);
  if (!updated.ok) return updated;
  const found = await look();
  if (found !== undefined) return ok(found);
  return err({
    reason: 'command-failed',
    command: `apt-cache depends ${KERNEL_META_PACKAGE}`,
    why: 'apt offers no Debian kernel: is this Debian on x86-64?',
  });
}

async function installMissing(say: (text: string) => void): Promise<Result<void, PackagesFailure>> {
  const missing: string[] = [];
  for (const name of INSTALLED) {
    const status = await hostCommand('dpkg-query', ['-s', name], {
      timeoutMs: APT_TIMEOUT_MS,
    });
    if (!status.ok || !status.value.includes('Status: install ok installed')) missing.push(name);
  }
  if (missing.length === 0) return ok();
  if (process.getuid?.() !== 0) return err({ reason: 'not-root', packages: missing });
  say(`installing ${missing.join(', ')}`);
  const done = await apt(['install', '-y', '--no-install-recommends', ...missing]);
  return done.ok ? ok() : done;
}

async function unpack(packages: readonly string[], tree: string): Promise<Result<void, CommandFailure>> {
  const downloads = join(PACKAGES, `for-${tree.slice(CACHE.length + 1)}`);
  const fresh = `${tree}.new`;
  for (const directory of [downloads, fresh]) {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
  }
  const fetched = await downloadOnce(packages, downloads);
  if (!fetched.ok) return fetched;
  for (const file of await readdir(downloads)) {
    const done = await hostCommand('dpkg', ['-x', join(downloads, file), fresh], {
      timeoutMs: APT_TIMEOUT_MS,
    });
    if (!done.ok) return done;
  }
  for (const name of MERGED_INTO_USR) {
    const old = join(fresh, name);
    if (!(await exists(old))) continue;
    await cp(old, join(fresh, 'usr', name), { recursive: true, verbatimSymlinks: true });
    await rm(old, { recursive: true });
  }
  await rm(tree, { recursive: true, force: true });
  await rename(fresh, tree);
  await rm(downloads, { recursive: true });
  return ok();
}

async function isOnPath(program: string): Promise<boolean> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    if (await exists(join(directory, program))) return true;
  }
  return false;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
