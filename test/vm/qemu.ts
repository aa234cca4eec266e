/** QEMU's command line for one run, and whether KVM can carry it. */
import { access, constants } from 'node:fs/promises';
import type { BootFiles } from './initramfs.ts';
import { GUEST_MEMORY_MIB, KVM_PROBE_TIMEOUT_MS } from './limits.ts';
import { QEMU } from './packages.ts';

/** `tcg` works everywhere; a /dev/kvm may be there and hang the guest before its first line. */
export type Accelerator = 'tcg' | 'kvm';

/** Nehalem without its speculation control copies 1.7 times faster under TCG than `max`. */
const CPU: Readonly<Record<Accelerator, string>> = { tcg: 'Nehalem,-spec-ctrl', kvm: 'host' };

export function qemuArguments(
  { kernel, initramfs }: BootFiles,
  options: {
    readonly accelerator: Accelerator;
    readonly jobDirectory: string;
    readonly kernelLogFile: string;
    /** An ext4 image; what the guest writes to / lies on it. Absent: in memory. */
    readonly diskFile?: string;
  },
): readonly string[] {
  const { accelerator, jobDirectory, kernelLogFile, diskFile } = options;
  // Power is cut by ending QEMU: what the guest has not handed to its disk is lost, what it has is not.
  const disk = [
    ...['-drive', `file=${diskFile},format=raw,if=none,id=disk,cache=writeback`],
    ...['-device', 'virtio-blk-pci,drive=disk'],
  ];
  const kernelWords = 'console=ttyS0 panic=-1 quiet loglevel=4 mitigations=off';
  return [
    ...[QEMU, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-machine', 'q35', '-accel', accelerator, '-cpu', CPU[accelerator]],
    ...['-smp', '1', '-m', String(GUEST_MEMORY_MIB)],
    ...[
      '-kernel',
      kernel,
      '-initrd',
      initramfs,
      '-append',
      diskFile === undefined ? kernelWords : `${kernelWords} cistern.disk=/dev/vda`,
    ],
    // Without multidevs=remap inode numbers of the host's file systems collide and directories appear empty.
    ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
    ...['-fsdev', `local,id=job,path=${jobDirectory},security_model=none,multidevs=remap`],
    ...['-device', 'virtio-9p-pci,fsdev=job,mount_tag=job'],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...(diskFile === undefined ? [] : disk),
    ...['-serial', `file:${kernelLogFile}`],
    ...['-chardev', 'stdio,id=lines,signal=off', '-serial', 'chardev:lines'],
  ];
}

/** KVM only on request, and only where an empty job reaches power off with it in time. */
export async function chooseAccelerator(
  wish: string | undefined,
  probe: (timeoutMs: number) => Promise<boolean>,
  say: (text: string) => void,
): Promise<Accelerator> {
  if (wish !== 'kvm') return 'tcg';
  const openable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (openable && (await probe(KVM_PROBE_TIMEOUT_MS))) return 'kvm';
  say(openable ? 'KVM is there but does not carry the guest: TCG' : '/dev/kvm cannot be opened: TCG');
  return 'tcg';
}
