/** Everything a boot needs, made once and kept: `npm run test:vm` calls it; alone it only prepares. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../shared/result.ts';
import { hostCommand } from './host-command.ts';
import { type BootFiles, buildInitramfs, type InitramfsFailure } from './initramfs.ts';
import { exists, fetchPackages, type PackagesFailure, QEMU, WANTED } from './packages.ts';
import { CACHE, FWUPD_TREE, KERNEL_TREE, TOOLS_TREE } from './paths.ts';

export type PrepareFailure = PackagesFailure | InitramfsFailure;

/** Written when the packages are complete, with their names; remove the directory to fetch newer ones. */
const COMPLETE = join(CACHE, 'complete');

/** The packages are fetched once; the initramfs is packed anew each time, in a moment. */
export async function prepareVm(say: (text: string) => void): Promise<Result<BootFiles, PrepareFailure>> {
  await mkdir(CACHE, { recursive: true });
  if (!(await isComplete())) {
    const fetched = await fetchPackages(say);
    if (!fetched.ok) return fetched;
    await writeFile(COMPLETE, WANTED);
  }
  return buildInitramfs();
}

async function isComplete(): Promise<boolean> {
  for (const path of [KERNEL_TREE, TOOLS_TREE, FWUPD_TREE]) if (!(await exists(path))) return false;
  if ((await readFile(COMPLETE, 'utf8').catch(() => '')) !== WANTED) return false;
  return (await hostCommand(QEMU, ['--version'], { timeoutMs: 10_000 })).ok;
}

/** What a person reads. */
export function explainPreparation(failure: PrepareFailure): string {
  switch (failure.reason) {
    case 'no-apt':
      return 'the virtual machine is made of Debian packages, and there is no apt-get here; run it on Debian 12 (x86-64) or in a container of it';
    case 'not-root':
      return `these packages are missing: ${failure.packages.join(', ')}; run as root, or: apt-get install --no-install-recommends ${failure.packages.join(' ')}`;
    case 'command-failed':
      return `${failure.command}\n  ${failure.why.replaceAll('\n', '\n  ')}`;
    case 'kernel-lacks-module':
      return `the kernel ${failure.release} has no module ${failure.module}; it was taken from linux-image-amd64: is that Debian's?`;
  }
}
