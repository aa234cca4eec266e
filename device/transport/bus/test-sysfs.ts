/** Real files and links in a temporary directory, laid out as the kernel lays out /sys for USB. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TestInterface = {
  readonly classes?: string;
  readonly driver?: string;
  readonly tty?: string;
};

export type TestUsbDevice = {
  readonly path: string;
  readonly usbId: string;
  readonly deviceNumber?: number;
  readonly interfaces: readonly TestInterface[];
  /** What the configuration announces, where the kernel has not set up all of it. */
  readonly interfaceCount?: number;
};

export type TestSysfs = {
  readonly root: string;
  readonly plug: (device: TestUsbDevice) => Promise<void>;
  readonly unplug: (path: string) => Promise<void>;
  readonly remove: () => Promise<void>;
};

/** `controllers` names the controller of each bus; `peers` joins the two paths of one socket. */
export async function testSysfs(
  layout: {
    readonly controllers?: Readonly<Record<number, string>>;
    readonly peers?: readonly (readonly [string, string])[];
    readonly devices?: readonly TestUsbDevice[];
  } = {},
): Promise<TestSysfs> {
  const root = await mkdtemp(join(tmpdir(), 'cistern-sysfs-'));
  const bus = join(root, 'bus/usb/devices');
  const ttyClass = join(root, 'class/tty');
  await mkdir(bus, { recursive: true });
  await mkdir(ttyClass, { recursive: true });
  for (const [number, controller] of Object.entries(layout.controllers ?? { 1: 'xhci.0', 2: 'xhci.0' })) {
    const hub = join(root, 'devices', controller, `usb${number}`);
    await mkdir(join(hub, `${number}-0:1.0`), { recursive: true });
    await symlink(hub, join(bus, `usb${number}`));
    await symlink(join(hub, `${number}-0:1.0`), join(bus, `${number}-0:1.0`));
  }
  for (const [left, right] of layout.peers ?? []) {
    await linkPort(bus, left, right);
    await linkPort(bus, right, left);
  }
  const sysfs: TestSysfs = {
    root,
    plug: (device) => plug({ root, bus, ttyClass }, device),
    unplug: async (path) => {
      for (let number = 0; number < 16; number++) await rm(join(bus, `${path}:1.${number}`), { force: true });
      await rm(join(bus, path), { force: true });
      await rm(join(root, 'devices', 'usb', path), { recursive: true, force: true });
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
  for (const device of layout.devices ?? []) await sysfs.plug(device);
  return sysfs;
}

async function plug(
  { root, bus, ttyClass }: { readonly root: string; readonly bus: string; readonly ttyClass: string },
  { path, usbId, deviceNumber = 2, interfaces, interfaceCount = interfaces.length }: TestUsbDevice,
): Promise<void> {
  const directory = join(root, 'devices', 'usb', path);
  const [vendorId = '', productId = ''] = usbId.split(':');
  await writeAttributes(directory, {
    idVendor: vendorId,
    idProduct: productId,
    busnum: String(Number.parseInt(path, 10)),
    devnum: String(deviceNumber),
    bNumInterfaces: String(interfaceCount).padStart(2),
  });
  await symlink(directory, join(bus, path));
  for (const [number, { classes = 'ff/00/00', driver, tty }] of interfaces.entries()) {
    const [classCode = '', subclass = '', protocol = ''] = classes.split('/');
    const own = join(directory, `${path}:1.${number}`);
    await writeAttributes(own, {
      bInterfaceNumber: number.toString(16).padStart(2, '0'),
      bInterfaceClass: classCode,
      bInterfaceSubClass: subclass,
      bInterfaceProtocol: protocol,
    });
    await symlink(own, join(bus, `${path}:1.${number}`));
    if (driver !== undefined) await symlink(`../../../../bus/usb/drivers/${driver}`, join(own, 'driver'));
    if (tty !== undefined) await plugTty(own, ttyClass, tty);
  }
}

async function plugTty(interfaceDirectory: string, ttyClass: string, tty: string): Promise<void> {
  const isAcm = tty.startsWith('ttyACM');
  const directory = join(interfaceDirectory, isAcm ? `tty/${tty}` : tty);
  await mkdir(directory, { recursive: true });
  await rm(join(ttyClass, tty), { recursive: true, force: true });
  await mkdir(join(ttyClass, tty));
  await symlink(isAcm ? interfaceDirectory : directory, join(ttyClass, tty, 'device'));
}

async function linkPort(bus: string, from: string, to: string): Promise<void> {
  const port = portOf(from);
  const directory = join(bus, port.hubInterface, port.name);
  await mkdir(directory, { recursive: true });
  await symlink(`../../../${portOf(to).name}`, join(directory, 'peer'));
}

function portOf(path: string): { readonly hubInterface: string; readonly name: string } {
  const cut = Math.max(path.lastIndexOf('.'), path.indexOf('-'));
  const [hub, port] = [path.slice(0, cut), path.slice(cut + 1)];
  return hub.includes('-')
    ? { hubInterface: `${hub}:1.0`, name: `${hub}-port${port}` }
    : { hubInterface: `${hub}-0:1.0`, name: `usb${hub}-port${port}` };
}

async function writeAttributes(
  directory: string,
  attributes: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, value] of Object.entries(attributes))
    await writeFile(join(directory, name), `${value}\n`);
}

/** EC25 in normal mode, as option and qmi_wwan bind it. */
export function ec25(
  path: string,
  options: { readonly firstTty?: number; readonly deviceNumber?: number } = {},
): TestUsbDevice {
  const { firstTty = 0, deviceNumber = 2 } = options;
  const serial = (number: number, classes: string) => ({
    classes,
    driver: 'option',
    tty: `ttyUSB${firstTty + number}`,
  });
  return {
    path,
    usbId: '2c7c:0125',
    deviceNumber,
    interfaces: [
      serial(0, 'ff/ff/ff'),
      serial(1, 'ff/00/00'),
      serial(2, 'ff/00/00'),
      serial(3, 'ff/00/00'),
      { classes: 'ff/ff/ff', driver: 'qmi_wwan' },
    ],
  };
}

/** A module in EDL, as qcserial binds it. */
export function inEdl(
  path: string,
  options: { readonly tty?: string; readonly deviceNumber?: number } = {},
): TestUsbDevice {
  const { tty = 'ttyUSB0', deviceNumber = 3 } = options;
  return {
    path,
    usbId: '05c6:9008',
    deviceNumber,
    interfaces: [{ classes: 'ff/ff/ff', driver: 'qcserial', tty }],
  };
}
