/** Where the virtual machine's parts are kept between runs: below node_modules, which git ignores. */
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../support/processes.ts';

export const CACHE = join(REPOSITORY_ROOT, 'node_modules/.cache/cistern-vm');
/** Downloaded .deb files. */
export const PACKAGES = join(CACHE, 'packages');
/** The unpacked kernel package. */
export const KERNEL_TREE = join(CACHE, 'kernel');
/** The unpacked tools that the guest sees over the host's files: usbip, qdl, busybox. */
export const TOOLS_TREE = join(CACHE, 'tools');
/** Unpacked fwupd with its libraries, as large as all the rest of the guest: copied there by who needs it. */
export const FWUPD_TREE = join(CACHE, 'fwupd');
/** Logs of the last run of each scenario. */
export const LOGS = join(CACHE, 'logs');
