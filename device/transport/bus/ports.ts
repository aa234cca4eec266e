/**
 * One socket of the machine has two paths: a USB 3 module stands at `2-1.4` in normal mode and at `1-1.4` in EDL,
 * because EDL is high-speed only (edl 1a). The kernel names the other half of a socket (`peer`), and the numbers
 * need not be alike.
 */
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { devicesDirectory } from './usb-tree.ts';

const PATH = /^(\d+)-(\d+(?:\.\d+)*)$/;

export function isUsbPath(text: string): boolean {
  return PATH.test(text) && text.length <= 40;
}

/** The ports without the bus: `1.4` of `2-1.4`. */
export function portChain(path: string): string {
  return path.slice(path.indexOf('-') + 1);
}

/** The same socket's path on the bus of the other speed; null where the kernel does not say. */
export async function peerPath(sysfs: string, path: string): Promise<string | null> {
  const bus = path.slice(0, path.indexOf('-'));
  const ports = portChain(path).split('.');
  const port = ports.pop() ?? '';
  const [hub, hubInterface] =
    ports.length === 0
      ? [`usb${bus}`, `${bus}-0:1.0`]
      : [`${bus}-${ports.join('.')}`, `${bus}-${ports.join('.')}:1.0`];
  const link = join(devicesDirectory(sysfs), hubInterface, `${hub}-port${port}`, 'peer');
  const peer = await readlink(link).catch(() => null);
  const said = /^(?:usb(\d+)|(\d+-\d+(?:\.\d+)*))-port(\d+)$/.exec(basename(peer ?? ''));
  if (said === null) return null;
  const [, rootBus, hubPath, peerPort] = said;
  return rootBus === undefined ? `${hubPath}.${peerPort}` : `${rootBus}-${peerPort}`;
}

/**
 * Names a socket for locks and journals, whichever of its paths is known: `usb-<controller>-<ports>`. Bus numbers
 * may change when the machine starts; controllers do not.
 */
export async function socketKey(sysfs: string, path: string): Promise<string> {
  const peer = await peerPath(sysfs, path);
  const busOf = (candidate: string) => Number.parseInt(candidate, 10);
  const own = peer !== null && busOf(peer) < busOf(path) ? peer : path;
  const rootHub = await realpath(join(devicesDirectory(sysfs), `usb${busOf(own)}`)).catch(() => null);
  const controller = rootHub === null ? `bus${busOf(own)}` : basename(dirname(rootHub));
  return `usb-${controller}-${portChain(own)}`.replaceAll(/[^A-Za-z0-9.-]/g, '_');
}
