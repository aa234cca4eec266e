/**
 * The USB bus as the kernel shows it in sysfs (/sys/bus/usb/devices): no udev, no root, and nothing is opened. A
 * device's path is its key: bus, then the ports down to it (`1-1.4`). It survives EDL; ttyUSB numbers do not.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { err, ok, type Result } from '../../../shared/result.ts';
import { INTERFACES_MAX, USB_DEVICES_MAX } from './limits.ts';
import type { UsbId } from './modem-ids.ts';

export type UsbInterface = {
  readonly number: number;
  /** `class/subclass/protocol`, two hex digits each, e.g. `ff/ff/30`. */
  readonly classes: string;
  readonly driver: string | null;
  /** Names without /dev, e.g. `ttyUSB0`. */
  readonly ttys: readonly string[];
};

export type UsbNode = {
  /** E.g. `1-1.4`. */
  readonly path: string;
  readonly usbId: UsbId;
  readonly busNumber: number;
  /** Grows with every attach, so it tells one visit to the bus from the next. */
  readonly deviceNumber: number;
  /** What the configuration announces; `interfaces` holds fewer while the kernel still sets it up. */
  readonly interfaceCount: number;
  readonly interfaces: readonly UsbInterface[];
};

export type UsbTreeFailure = { readonly reason: 'usb-bus-missing'; readonly path: string };

export function devicesDirectory(sysfs: string): string {
  return join(sysfs, 'bus/usb/devices');
}

/** Devices whose id is wanted, by path. One that leaves the bus while it is read is left out. */
export async function readUsbTree(
  sysfs: string,
  isWanted: (usbId: UsbId) => boolean,
): Promise<Result<readonly UsbNode[], UsbTreeFailure>> {
  const directory = devicesDirectory(sysfs);
  const names = await readdir(directory).catch(() => null);
  if (names === null) return err({ reason: 'usb-bus-missing', path: directory });
  const paths = names.filter((name) => /^\d+-\d+(\.\d+)*$/.test(name)).slice(0, USB_DEVICES_MAX);
  const nodes = await Promise.all(paths.map((path) => readNode(directory, path, names, isWanted)));
  return ok(nodes.filter((node) => node !== null).sort((a, b) => comparePaths(a.path, b.path)));
}

async function readNode(
  directory: string,
  path: string,
  names: readonly string[],
  isWanted: (usbId: UsbId) => boolean,
): Promise<UsbNode | null> {
  const attribute = (name: string) => readAttribute(join(directory, path, name));
  const [vendorId, productId] = await Promise.all([attribute('idVendor'), attribute('idProduct')]);
  if (vendorId === null || productId === null) return null;
  const usbId = `${vendorId}:${productId}`;
  if (!isWanted(usbId)) return null;
  // This one waits for the kernel while it sets the device up, so only modems are asked.
  const [busNumber, deviceNumber, count] = await Promise.all([
    attribute('busnum'),
    attribute('devnum'),
    attribute('bNumInterfaces'),
  ]);
  if (busNumber === null || deviceNumber === null) return null;
  const own = names.filter((name) => name.startsWith(`${path}:`)).slice(0, INTERFACES_MAX);
  const interfaces = await Promise.all(own.map((name) => readInterface(join(directory, name))));
  return {
    path,
    usbId,
    busNumber: Number(busNumber),
    deviceNumber: Number(deviceNumber),
    interfaceCount: Number(count ?? '0'),
    interfaces: interfaces.filter((candidate) => candidate !== null).sort((a, b) => a.number - b.number),
  };
}

async function readInterface(directory: string): Promise<UsbInterface | null> {
  const [number, classCode, subclass, protocol] = await Promise.all(
    ['bInterfaceNumber', 'bInterfaceClass', 'bInterfaceSubClass', 'bInterfaceProtocol'].map((name) =>
      readAttribute(join(directory, name)),
    ),
  );
  if (!number || !classCode || !subclass || !protocol) return null;
  const driver = await readlink(join(directory, 'driver')).catch(() => null);
  return {
    number: Number.parseInt(number, 16),
    classes: `${classCode}/${subclass}/${protocol}`,
    driver: driver === null ? null : basename(driver),
    ttys: await readTtys(directory),
  };
}

/** usb-serial drivers put `ttyUSB0` into the interface itself, cdc-acm puts `ttyACM0` into `tty`. */
async function readTtys(directory: string): Promise<readonly string[]> {
  const namesIn = (path: string): Promise<readonly string[]> => readdir(path).catch(() => []);
  const own = await namesIn(directory);
  const below = own.includes('tty') ? await namesIn(join(directory, 'tty')) : [];
  return [...own.filter((name) => /^ttyUSB\d+$/.test(name)), ...below].sort();
}

async function readAttribute(path: string): Promise<string | null> {
  const text = await readFile(path, 'latin1').catch(() => null);
  return text === null || text.trim() === '' ? null : text.trim();
}

/** By bus and port as numbers: `1-2` before `1-10`. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.split(/[-.]/).map(Number)) as [number[], number[]];
  const at = left.findIndex((port, i) => port !== right[i]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}
