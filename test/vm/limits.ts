/** Bounds of the virtual machine. Times are for a machine without KVM (TCG), two busy cores. */

/** One scenario, from QEMU's start to power off; on a machine that does other work too they take five times as long. */
export const SCENARIO_TIMEOUT_MS = 480_000;
/** `timeout` ends QEMU this much later, should this process have been killed before it could. */
export const ORPHAN_GRACE_S = 10;
/** A kernel that KVM really runs reaches power off in 2 s; one that hangs in it never prints a line. */
export const KVM_PROBE_TIMEOUT_MS = 8_000;
/** `apt-get`: 30 packages for QEMU, 70 MB of kernel. */
export const APT_TIMEOUT_MS = 600_000;
export const GUEST_MEMORY_MIB = 768;
/** Of a guest that is to find again what it wrote: state, hooks, a staged package. */
export const DISK_BYTES = 128 * 1024 * 1024;
/** What a scenario may print; more is a runaway. */
export const OUTPUT_MAX_CHARS = 4 * 1024 * 1024;
/** Lines of the kernel's log that are shown when a scenario fails. */
export const KERNEL_LOG_TAIL_LINES = 40;
