/**
 * What a USB id says about a modem before it is asked: data, from field 2c, 2d and edl 1a. What is not in here is
 * unsupported; it is never guessed from a ttyUSB number.
 */

/** `vendorId:productId` in lower-case hex, four digits each. */
export type UsbId = string;

/** Emergency download mode: every Qualcomm boot ROM, and the default of SDX20 (edl 1a). */
export const EDL_IDS: ReadonlySet<UsbId> = new Set(['05c6:9008', '05c6:901f']);
/** A crash dump of the chip's own loader. */
export const RAM_DUMP_IDS: ReadonlySet<UsbId> = new Set(['05c6:900e']);
/** Modules that keep their own id while they offer their memory: that id with a single interface (edl 1a). */
export const RAM_DUMP_IF_SINGLE_IDS: ReadonlySet<UsbId> = new Set(['2c7c:0800']);
export const FASTBOOT_IDS: ReadonlySet<UsbId> = new Set(['18d1:d00d']);

/** Quectel modules that answer under another vendor's id. */
const NORMAL_IDS_OF_OTHERS: ReadonlySet<UsbId> = new Set(['05c6:9215', '3c93:ffff']);

const NOT_QUALCOMM: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^2c7c:6005$/, 'EC200A (ASR)'],
  [/^2c7c:6002$/, 'EC200S (ASR)'],
  [/^2c7c:6026$/, 'EC200T (ASR)'],
  // Linux has EG916Q-GL under it (drivers/usb/serial/option.c), connection managers EG915Q and EG800Q.
  [/^2c7c:6007$/, 'EG915Q, EG916Q or EG800Q (Eigencomm)'],
  [/^2c7c:0901$/, 'EC200U (Unisoc)'],
  [/^2c7c:0900$/, 'RG500U, RM500U or RG200U (Unisoc)'],
  [/^2c7c:7001$/, 'RM500K (MediaTek)'],
  [/^2c7c:8101$/, 'RG801 (HiSilicon)'],
  // 6008 and 6009 are EM061K, which has a Qualcomm chip; the rest of 6xxx and 8xxx has none (edl 1a).
  [/^2c7c:(?!6008$|6009$)[68][0-9a-f]{3}$/, 'a Quectel module with an ASR, HiSilicon or Unisoc chip'],
];

/** The name of a module that has no Qualcomm chip and so neither EDL nor Firehose; null for others. */
export function notQualcommName(usbId: UsbId): string | null {
  return NOT_QUALCOMM.find(([pattern]) => pattern.test(usbId))?.[1] ?? null;
}

/** Whether this id, with more than one interface, is a module in normal mode that cistern can talk to. */
export function isNormalId(usbId: UsbId): boolean {
  return usbId.startsWith('2c7c:') || NORMAL_IDS_OF_OTHERS.has(usbId);
}

/** Makers of modems; a device of any other is no business of this program. */
const VENDORS: readonly (readonly [pattern: RegExp, maker: string])[] = [
  [/^2c7c:/, 'Quectel'],
  [/^(3c93:ffff|3763:3c93|05c6:9215)$/, 'Quectel'],
  [/^05c6:/, 'Qualcomm'],
  [/^18d1:d00d$/, 'fastboot'],
  [/^1e0e:/, 'SIMCom'],
  [/^1bc7:/, 'Telit'],
  [/^1199:/, 'Sierra Wireless'],
  [/^(2cb7:|1508:1001$|1782:4d10$)/, 'Fibocom'],
  // u-blox makes positioning receivers too; these are its modems.
  [/^1546:(1102|1104|1141|1143|1146|1107|110a)$/, 'u-blox'],
  [/^2dee:/, 'Meig'],
  [/^1e2d:/, 'Cinterion'],
];

/** Who made it, or null for a device that is not a modem as far as its id tells. */
export function makerOf(usbId: UsbId): string | null {
  return VENDORS.find(([pattern]) => pattern.test(usbId))?.[1] ?? null;
}
