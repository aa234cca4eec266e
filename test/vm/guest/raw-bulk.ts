/**
 * What the link itself carries, out of the same program and through the same library as the updater: bulk transfers
 * of one size, one at a time, to a function of the modem that takes everything and forgets it (NMEA).
 */
import { loadUsb } from '../../../device/transport/usb/web-usb.ts';

const NMEA_INTERFACE = 1;
const NMEA_OUT = 2;
const TRANSFER_TIMEOUT_MS = 30_000;

export type BulkRate = { readonly lengthBytes: number; readonly wallMs: number; readonly cpuMs: number };

export async function measureRawBulk(options: {
  readonly transferBytes: number;
  readonly totalBytes: number;
}): Promise<BulkRate> {
  const { transferBytes, totalBytes } = options;
  const loaded = await loadUsb();
  if (!loaded.ok) throw new Error(`npm usb: ${loaded.failure.why}`);
  const devices = await loaded.value.getDevices();
  // The simulated modem is the only device on the only bus; root hubs are not listed.
  const [device] = devices;
  if (device === undefined || devices.length > 1)
    throw new Error(`${devices.length} devices on the bus, not 1`);
  await device.open();
  await device.detachKernelDriver(NMEA_INTERFACE);
  await device.claimInterface(NMEA_INTERFACE);
  const transfer = new Uint8Array(transferBytes).fill(0x5a);
  const count = Math.ceil(totalBytes / transferBytes);
  const startedMs = performance.now();
  const before = process.cpuUsage();
  for (let sent = 0; sent < count; sent++) await device.transferOut(NMEA_OUT, transfer, TRANSFER_TIMEOUT_MS);
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - startedMs;
  await device.releaseInterface(NMEA_INTERFACE);
  await device.attachKernelDriver(NMEA_INTERFACE);
  await device.close();
  return { lengthBytes: count * transferBytes, wallMs, cpuMs: (user + system) / 1000 };
}
