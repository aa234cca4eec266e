/**
 * What a module shows on USB in each mode, as data (edl 1a, USB/IP facts section 2). The bytes of the descriptors
 * are made of it in `usbip/descriptors.ts`; the numbers of if1..if4 are those a listing of a real EC25 shows. The
 * protocols of the 5G modules are those that Linux's `option` and `qmi_wwan` bind (their tables of ids).
 */
import { HIGH_SPEED_PACKET_BYTES } from './usb-pipe.ts';

export type UsbSpeed = 'high' | 'super';

const SUPER_SPEED_PACKET_BYTES = 1024;

/** Largest packet of a bulk endpoint at this speed, in bytes. */
export function bulkPacketBytes(speed: UsbSpeed): number {
  return speed === 'super' ? SUPER_SPEED_PACKET_BYTES : HIGH_SPEED_PACKET_BYTES;
}

export type UsbEndpoint = {
  /** Bit 7: device to host. */
  readonly address: number;
  /** Bulk endpoints have the packet size of the speed; interrupt endpoints this one, in bytes. */
  readonly interruptPacketBytes?: number;
};

export type UsbInterface = {
  readonly classCode: readonly [number, number, number];
  /** What is behind its bulk pair: DIAG, Sahara and Firehose; AT; or something that takes all and says nothing. */
  readonly role: 'main' | 'at' | 'silent';
  /** Class-specific descriptors between interface and endpoints. */
  readonly classDescriptors?: Uint8Array;
  readonly endpoints: readonly UsbEndpoint[];
};

export type UsbComposition = {
  readonly vendorId: number;
  readonly productId: number;
  readonly bcdDevice: number;
  readonly manufacturer: string;
  readonly product: string;
  /** Empty: the device has no serial number. */
  readonly serialNumber: string;
  /** bmAttributes of the configuration descriptor. */
  readonly attributes: number;
  /** Drawn from the bus, in milliamperes; a port gives 500, at super speed 900. */
  readonly maxMilliamperes: number;
  readonly interfaces: readonly UsbInterface[];
};

/** What Quectel's serial functions carry: header 1.10, call management, line coding support, union. */
const SERIAL_FUNCTION = Uint8Array.from(Buffer.from('05240010010524010000042402020524060000', 'hex'));
const INTERRUPT_PACKET_BYTES = 10;
const QMI_INTERRUPT_PACKET_BYTES = 8;

function serialInterface(
  role: 'at' | 'silent',
  protocol: number,
  [interrupt, bulkIn, bulkOut]: readonly [number, number, number],
): UsbInterface {
  return {
    classCode: [0xff, 0, protocol],
    role,
    classDescriptors: SERIAL_FUNCTION,
    endpoints: [
      { address: interrupt, interruptPacketBytes: INTERRUPT_PACKET_BYTES },
      { address: bulkIn },
      { address: bulkOut },
    ],
  };
}

/** How the vendor-specific interfaces are told apart: by their protocol, or not at all. */
type Protocols = { readonly diag: number; readonly nmea: number };
const LTE_PROTOCOLS: Protocols = { diag: 0xff, nmea: 0 };

/** DIAG, NMEA, AT, modem and QMI: Quectel's composition with usbnet 0. */
const fiveInterfaces = ({ diag, nmea }: Protocols): readonly UsbInterface[] => [
  { classCode: [0xff, 0xff, diag], role: 'main', endpoints: [{ address: 0x81 }, { address: 0x01 }] },
  serialInterface('silent', nmea, [0x83, 0x82, 0x02]),
  serialInterface('at', 0, [0x85, 0x84, 0x03]),
  serialInterface('silent', 0, [0x87, 0x86, 0x04]),
  {
    classCode: [0xff, 0xff, 0xff],
    role: 'silent',
    endpoints: [
      { address: 0x89, interruptPacketBytes: QMI_INTERRUPT_PACKET_BYTES },
      { address: 0x88 },
      { address: 0x05 },
    ],
  },
];

/** Normal mode: five interfaces under the family's product id. */
export function normalComposition(options: {
  readonly productId: number;
  readonly product: string;
  readonly serialNumber?: string;
  readonly protocols?: Protocols;
}): UsbComposition {
  return {
    vendorId: 0x2c7c,
    productId: options.productId,
    bcdDevice: 0x0318,
    manufacturer: 'Quectel',
    product: options.product,
    serialNumber: options.serialNumber ?? '',
    attributes: 0xa0,
    maxMilliamperes: 500,
    interfaces: fiveInterfaces(options.protocols ?? LTE_PROTOCOLS),
  };
}

/** One bulk pair, as the boot ROM shows it: protocol FF on MDM9x07, 11 on SDX55; no serial number. */
export function edlComposition(options: {
  readonly protocol: number;
  readonly product: string;
}): UsbComposition {
  return oneInterface({
    vendorId: 0x05c6,
    productId: 0x9008,
    manufacturer: 'Qualcomm CDMA Technologies MSM',
    product: options.product,
    classCode: [0xff, 0xff, options.protocol],
  });
}

/** A crashed module: Qualcomm's own id, or the module's with a single interface (edl 1a). */
export function ramDumpComposition(options: {
  readonly vendorId: number;
  readonly productId: number;
}): UsbComposition {
  return oneInterface({
    ...options,
    manufacturer: 'Qualcomm CDMA Technologies MSM',
    product: 'QHSUSB__BULK',
    classCode: [0xff, 0xff, 0xff],
  });
}

/** Android's boot loader, whoever made the module. */
export const fastbootComposition: UsbComposition = oneInterface({
  vendorId: 0x18d1,
  productId: 0xd00d,
  manufacturer: 'Google',
  product: 'Android',
  classCode: [0xff, 0x42, 0x03],
});

function oneInterface({
  classCode,
  ...identity
}: Pick<UsbComposition, 'vendorId' | 'productId' | 'manufacturer' | 'product'> &
  Pick<UsbInterface, 'classCode'>): UsbComposition {
  return {
    ...identity,
    bcdDevice: 0,
    serialNumber: '',
    attributes: 0x80,
    maxMilliamperes: 2,
    interfaces: [{ classCode, role: 'main', endpoints: [{ address: 0x81 }, { address: 0x01 }] }],
  };
}
