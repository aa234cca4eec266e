/**
 * The guest's first files: busybox, an init, and the few modules it needs with those that they depend on. Debian's own
 * initramfs has 50 times the size and adds 7 s to a boot without KVM.
 */
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { err, ok, type Result } from '../../shared/result.ts';
import { type CommandFailure, hostCommand } from './host-command.ts';
import { CACHE, KERNEL_TREE, TOOLS_TREE } from './paths.ts';

export type InitramfsFailure =
  | CommandFailure
  | { readonly reason: 'kernel-lacks-module'; readonly module: string; readonly release: string };

export type BootFiles = { readonly kernel: string; readonly initramfs: string; readonly release: string };

const MODULES = [
  ...['virtio_pci', 'virtio_net', '9pnet_virtio', '9p', 'overlay'],
  ...['vhci-hcd', 'option', 'qcserial', 'qmi_wwan'],
  // ext4 asks for its checksum by the name of an algorithm, which modules.dep does not know.
  ...['virtio_blk', 'ext4', 'crc32c_generic'],
];
const TIMEOUT_MS = 120_000;
const BUSYBOX = join(TOOLS_TREE, 'usr/bin/busybox');

export async function buildInitramfs(): Promise<Result<BootFiles, InitramfsFailure>> {
  const tree = join(CACHE, 'initramfs');
  await rm(tree, { recursive: true, force: true });
  const kernels = await readdir(join(KERNEL_TREE, 'usr/lib/modules'));
  const release = kernels[0] ?? '';
  const modules = await copyModules(release, tree);
  if (!modules.ok) return modules;

  for (const name of ['bin', 'proc', 'sys', 'dev', 'host', 'job', 'root', 'written'])
    await mkdir(join(tree, name), { recursive: true });
  await copyFile(BUSYBOX, join(tree, 'bin/busybox'));
  await copyFile(fileURLToPath(new URL('guest/init.sh', import.meta.url)), join(tree, 'init'));
  await chmod(join(tree, 'init'), 0o755);
  await cp(join(TOOLS_TREE, 'usr'), join(tree, 'tools/usr'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.includes('/usr/share'),
  });
  // This machine need not have kmod; in the guest busybox does its work.
  await mkdir(join(tree, 'tools/usr/sbin'), { recursive: true });
  await symlink('../bin/busybox', join(tree, 'tools/usr/sbin/modprobe'));

  const initramfs = join(CACHE, 'initramfs.cpio');
  const packed = await hostCommand('sh', ['-c', `find . | ${BUSYBOX} cpio -o -H newc -F ${initramfs}`], {
    timeoutMs: TIMEOUT_MS,
    cwd: tree,
  });
  if (!packed.ok) return packed;
  return ok({ kernel: join(KERNEL_TREE, `boot/vmlinuz-${release}`), initramfs, release });
}

async function copyModules(release: string, tree: string): Promise<Result<void, InitramfsFailure>> {
  const all = join(KERNEL_TREE, 'usr/lib/modules', release);
  // depmod looks in BASE/lib/modules.
  const indexed = await depmod(join(KERNEL_TREE, 'usr'), release);
  if (!indexed.ok) return indexed;
  const dependencies = parseDependencies(await readFile(join(all, 'modules.dep'), 'utf8'));
  const builtIn = await readFile(join(all, 'modules.builtin'), 'utf8');
  const small = join(tree, 'lib/modules', release);
  for (const module of MODULES) {
    const files = dependencies.get(plainName(module));
    if (files === undefined && builtIn.split('\n').some((path) => nameOf(path) === plainName(module)))
      continue;
    if (files === undefined) return err({ reason: 'kernel-lacks-module', module, release });
    for (const file of files) {
      await mkdir(dirname(join(small, file)), { recursive: true });
      await copyFile(join(all, file), join(small, file));
    }
  }
  for (const list of ['modules.builtin', 'modules.order']) await copyFile(join(all, list), join(small, list));
  return depmod(tree, release);
}

async function depmod(base: string, release: string): Promise<Result<void, CommandFailure>> {
  const done = await hostCommand(BUSYBOX, ['depmod', '-b', base, release], { timeoutMs: TIMEOUT_MS });
  return done.ok ? ok() : done;
}

/** modules.dep: `path: path path`, where what follows the colon is everything that must be loaded before. */
export function parseDependencies(text: string): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [file, needs] = line.split(':');
    if (file === undefined || needs === undefined) continue;
    files.set(nameOf(file), [file, ...needs.split(' ').filter((path) => path !== '')]);
  }
  return files;
}

function nameOf(path: string): string {
  return plainName((path.split('/').at(-1) ?? '').replace(/\.ko(\.[a-z]+)?$/, ''));
}

/** The kernel takes `vhci-hcd` and `vhci_hcd` for one name. */
function plainName(module: string): string {
  return module.replaceAll('-', '_');
}
