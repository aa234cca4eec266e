/** What of the machine belongs to one modem on USB: its network interfaces and its device nodes. */
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { devicesDirectory, type UsbNode } from '../../transport/bus/usb-tree.ts';
import { NET_DEVICES_MAX } from '../limits.ts';

export type ModemDevices = {
  readonly netDevices: readonly string[];
  readonly nodes: readonly string[];
  /** Its own directory, behind the link on its bus, e.g. `/sys/devices/pci0000:00/…/usb1/1-1`. */
  readonly path: string | null;
};

/** ttys, the control channels of cdc-wdm, the wwan ports, and usbfs. */
export async function modemDevices(
  sysfs: string,
  { path, interfaces, busNumber, deviceNumber }: UsbNode,
): Promise<ModemDevices> {
  const below = async (number: number, name: string) =>
    (
      await readdir(join(devicesDirectory(sysfs), `${path}:1.${number}`, name)).catch((): string[] => [])
    ).slice(0, NET_DEVICES_MAX);
  const found = await Promise.all(
    interfaces.map(async ({ number, ttys }) => ({
      net: await below(number, 'net'),
      nodes: [...ttys, ...(await below(number, 'usbmisc')), ...(await wwanPorts(below, number))],
    })),
  );
  const threeDigits = (number: number) => String(number).padStart(3, '0');
  return {
    path: await realpath(join(devicesDirectory(sysfs), path)).catch(() => null),
    netDevices: found.flatMap(({ net }) => net),
    nodes: [
      ...found.flatMap(({ nodes }) => nodes.map((node) => `/dev/${node}`)),
      `/dev/bus/usb/${threeDigits(busNumber)}/${threeDigits(deviceNumber)}`,
    ],
  };
}

/** Kernel 5.14 and later: `wwan/wwan0/wwan0qmi0` beside usbmisc. */
async function wwanPorts(
  below: (number: number, name: string) => Promise<readonly string[]>,
  number: number,
): Promise<readonly string[]> {
  const devices = await below(number, 'wwan');
  const ports = await Promise.all(devices.map((device) => below(number, join('wwan', device))));
  return ports.flat().filter((port) => /^wwan\d+[a-z]+\d+$/.test(port));
}
