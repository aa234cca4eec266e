/**
 * Takes one interface of a USB device from its kernel driver, and gives it back. Detaching comes first: an
 * interface that `option` or `qcserial` holds cannot be claimed.
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../../clock.ts';
import type { SeenModem } from '../bus/find-modems.ts';
import type { DoorFailure } from '../door.ts';
import { CONTROL_TIMEOUT_MS } from './limits.ts';
import { kindOfUsbError, messageOf } from './usb-error.ts';
import { type BulkPair, UsbPipe } from './usb-pipe.ts';
import type { LoadUsb, UsbBus, UsbDevice } from './web-usb.ts';

export type ClaimPorts = { readonly loadUsb: LoadUsb; readonly clock: Clock };

export type ClaimedRole = 'DIAG' | 'AT' | 'EDL';

/** The bulk pair of an interface as a pipe. `modem-absent` when the modem leaves the bus meanwhile. */
export async function claimInterface(
  modem: SeenModem,
  { number: interfaceNumber, role }: { readonly number: number; readonly role: ClaimedRole },
  { loadUsb, clock }: ClaimPorts,
): Promise<Result<UsbPipe, DoorFailure>> {
  const loaded = await loadUsb();
  if (!loaded.ok) return loaded;
  const found = await findDevice(loaded.value, modem);
  if (!found.ok) return found;
  const device = found.value;
  if (device === null) return err({ reason: 'modem-absent', where: `usb:${modem.path}` });
  const endpoints = readEndpoints(device, modem, interfaceNumber);
  if (!endpoints.ok) return endpoints;
  const pair = endpoints.value;
  if (pair === null) {
    const { usbId, path } = modem;
    return err({ reason: 'interface-not-found', role, usbId, where: `usb:${path}` });
  }

  const taken = await take(device, interfaceNumber, modem);
  if (!taken.ok) return taken;
  if (role === 'AT') await raiseTerminalReady(device, interfaceNumber);
  const isPresent = async () => {
    const again = await findDevice(loaded.value, modem);
    return again.ok && again.value !== null;
  };
  return ok(new UsbPipe({ device, pair, isPresent, giveBack: taken.value, clock }));
}

async function findDevice(
  bus: UsbBus,
  { path, deviceNumber }: SeenModem,
): Promise<Result<UsbDevice | null, DoorFailure>> {
  try {
    const devices = await bus.getDevices();
    const found = devices.find((device) => pathOf(device) === path && device.address === deviceNumber);
    return ok(found ?? null);
  } catch (error) {
    if (kindOfUsbError(error) === 'no-bus') return err({ reason: 'usb-bus-missing', path: '/sys/bus/usb' });
    return err({ reason: 'link-broken', why: messageOf(error) });
  }
}

function pathOf({ bus, ports }: UsbDevice): string {
  return `${Number.parseInt(bus, 10)}-${ports.join('.')}`;
}

/** The configuration is read from the device, which may be leaving the bus at this moment. */
function readEndpoints(
  device: UsbDevice,
  modem: SeenModem,
  interfaceNumber: number,
): Result<BulkPair | null, DoorFailure> {
  try {
    return ok(bulkPair(device, interfaceNumber));
  } catch (error) {
    return err(failureOf(error, modem, interfaceNumber));
  }
}

function bulkPair(device: UsbDevice, interfaceNumber: number): BulkPair | null {
  const own = device.configuration?.interfaces.find(
    (candidate) => candidate.interfaceNumber === interfaceNumber,
  );
  const bulk = own?.alternate.endpoints.filter(({ type }) => type === 'bulk') ?? [];
  const input = bulk.find(({ direction }) => direction === 'in');
  const output = bulk.find(({ direction }) => direction === 'out');
  if (input === undefined || output === undefined || input.packetSize < 1) return null;
  return {
    inNumber: input.endpointNumber,
    outNumber: output.endpointNumber,
    packetBytes: input.packetSize,
  };
}

/** The claimed interface's way back. What fails on the way back is past helping: the modem is gone by then. */
async function take(
  device: UsbDevice,
  interfaceNumber: number,
  modem: SeenModem,
): Promise<Result<() => Promise<void>, DoorFailure>> {
  try {
    await device.open();
  } catch (error) {
    return err(failureOf(error, modem, interfaceNumber));
  }
  const isDetached = await device.detachKernelDriver(interfaceNumber).then(
    () => true,
    () => false,
  );
  const giveBack = async () => {
    await device.releaseInterface(interfaceNumber).catch(() => {});
    if (isDetached) await device.attachKernelDriver(interfaceNumber).catch(() => {});
    await device.close().catch(() => {});
  };
  try {
    await device.claimInterface(interfaceNumber);
    return ok(giveBack);
  } catch (error) {
    await giveBack();
    return err(failureOf(error, modem, interfaceNumber));
  }
}

function failureOf(error: unknown, modem: SeenModem, interfaceNumber: number): DoorFailure {
  switch (kindOfUsbError(error)) {
    case 'not-permitted':
      return { reason: 'device-not-permitted', node: usbNode(modem), kind: 'usb' };
    case 'busy':
      return { reason: 'device-busy', what: `interface ${interfaceNumber} of usb:${modem.path}` };
    case 'disconnected':
      return { reason: 'modem-absent', where: `usb:${modem.path}` };
    default:
      return { reason: 'link-broken', why: messageOf(error) };
  }
}

/** `/dev/bus/usb/001/004` */
export function usbNode({ busNumber, deviceNumber }: Pick<SeenModem, 'busNumber' | 'deviceNumber'>): string {
  const three = (value: number) => String(value).padStart(3, '0');
  return `/dev/bus/usb/${three(busNumber)}/${three(deviceNumber)}`;
}

/**
 * DTR and RTS by SET_CONTROL_LINE_STATE (USB CDC PSTN 1.2, 6.3.12), as the tty driver would raise them: some modems
 * keep what they have to say on AT until then. One that does not know the request answers without.
 */
async function raiseTerminalReady(device: UsbDevice, interfaceNumber: number): Promise<void> {
  const setup = {
    requestType: 'class',
    recipient: 'interface',
    request: 0x22,
    value: 0x03,
    index: interfaceNumber,
  } as const;
  await device.controlTransferOut(setup, new Uint8Array(), CONTROL_TIMEOUT_MS).catch(() => {});
}
