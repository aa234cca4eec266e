/** USB descriptors (USB 2.0 section 9.6, USB 3.2 section 9.6) of a composition at a speed, as bytes. */
import {
  bulkPacketBytes,
  type UsbComposition,
  type UsbEndpoint,
  type UsbInterface,
  type UsbSpeed,
} from '../usb-compositions.ts';

const CONFIGURATION_VALUE = 1;
const BULK = 2;
const INTERRUPT = 3;
const INTERRUPT_INTERVAL = 9;
/** What bMaxPower counts in. */
const POWER_UNIT_MILLIAMPERES = { high: 2, super: 8 } as const;
const ENGLISH_US = 0x0409;
const STRING_INDEX = { manufacturer: 1, product: 2, serialNumber: 3 } as const;

/** The 18-byte device descriptor. */
export function deviceDescriptor(composition: UsbComposition, speed: UsbSpeed): Uint8Array {
  const bytes = Buffer.alloc(18);
  bytes.set([bytes.length, 1]);
  bytes.writeUInt16LE(speed === 'super' ? 0x0300 : 0x0200, 2);
  // At super speed this is an exponent: packets of 2^9 bytes.
  bytes[7] = speed === 'super' ? 9 : 64;
  bytes.writeUInt16LE(composition.vendorId, 8);
  bytes.writeUInt16LE(composition.productId, 10);
  bytes.writeUInt16LE(composition.bcdDevice, 12);
  bytes[14] = STRING_INDEX.manufacturer;
  bytes[15] = STRING_INDEX.product;
  bytes[16] = composition.serialNumber === '' ? 0 : STRING_INDEX.serialNumber;
  bytes[17] = 1;
  return bytes;
}

/** The configuration with its interfaces, endpoints and, at super speed, endpoint companions. */
export function configurationDescriptor(composition: UsbComposition, speed: UsbSpeed): Uint8Array {
  const interfaces = composition.interfaces.flatMap((usbInterface, number) =>
    interfaceDescriptors(usbInterface, number, speed),
  );
  const head = Buffer.from([
    9,
    2,
    0,
    0,
    composition.interfaces.length,
    CONFIGURATION_VALUE,
    0,
    composition.attributes,
    Math.ceil(composition.maxMilliamperes / POWER_UNIT_MILLIAMPERES[speed]),
  ]);
  const whole = Buffer.concat([head, ...interfaces]);
  whole.writeUInt16LE(whole.length, 2);
  return whole;
}

/** What the device can at super speed: USB 2.0 link power management, and the speeds it works at. */
export function binaryObjectStore(): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(5, 0x0f, 22, 0, 2),
    Uint8Array.of(7, 0x10, 2, 2, 0, 0, 0),
    Uint8Array.of(10, 0x10, 3, 0, 0x0e, 0, 1, 0x0a, 0xff, 0x07),
  ]);
}

/** String `index`; 0 lists the languages. `undefined` where the device has no such string. */
export function stringDescriptor(composition: UsbComposition, index: number): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, 3, ENGLISH_US & 0xff, ENGLISH_US >> 8);
  const { manufacturer, product, serialNumber } = composition;
  const text = ['', manufacturer, product, serialNumber][index] ?? '';
  if (text === '') return undefined;
  const encoded = Buffer.from(text, 'utf16le');
  return Buffer.concat([Uint8Array.of(2 + encoded.length, 3), encoded]);
}

function interfaceDescriptors(usbInterface: UsbInterface, number: number, speed: UsbSpeed): Uint8Array[] {
  const { classCode, classDescriptors, endpoints } = usbInterface;
  return [
    Uint8Array.of(9, 4, number, 0, endpoints.length, ...classCode, 0),
    classDescriptors ?? new Uint8Array(0),
    ...endpoints.flatMap((endpoint) => endpointDescriptors(endpoint, speed)),
  ];
}

function endpointDescriptors({ address, interruptPacketBytes }: UsbEndpoint, speed: UsbSpeed): Uint8Array[] {
  const isInterrupt = interruptPacketBytes !== undefined;
  const packetBytes = interruptPacketBytes ?? bulkPacketBytes(speed);
  const endpoint = Uint8Array.of(
    7,
    5,
    address,
    isInterrupt ? INTERRUPT : BULK,
    packetBytes & 0xff,
    packetBytes >> 8,
    isInterrupt ? INTERRUPT_INTERVAL : 0,
  );
  if (speed === 'high') return [endpoint];
  return [endpoint, Uint8Array.of(6, 0x30, 0, 0, interruptPacketBytes ?? 0, 0)];
}
