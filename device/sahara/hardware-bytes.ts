/** What a modem in command mode answers, as bytes (edl 1b). */
import { toHex } from '../../shared/bytes.ts';
import { ChipSerial, type ModemHardware } from './hardware.ts';

export function readSerial(bytes: Uint8Array): Pick<ModemHardware, 'serial'> {
  return { serial: bytes.length < 4 ? null : new ChipSerial(viewOf(bytes).getUint32(0, true)) };
}

/** u64, often said three times over: chip, then maker and model of the device. */
export function readHardwareId(bytes: Uint8Array): Pick<ModemHardware, 'msmId' | 'oemId' | 'modelId'> {
  if (bytes.length < 8) return { msmId: null, oemId: null, modelId: null };
  const view = viewOf(bytes);
  return {
    msmId: hex(view.getUint32(4, true), 8),
    oemId: hex(view.getUint16(2, true), 4),
    modelId: hex(view.getUint16(0, true), 4),
  };
}

/** The same of Sahara 3, in another layout: chip at 36, maker at 40, model at 42. */
export function readChipIdV3(bytes: Uint8Array): Pick<ModemHardware, 'msmId' | 'oemId' | 'modelId'> {
  if (bytes.length < 44) return { msmId: null, oemId: null, modelId: null };
  const view = viewOf(bytes);
  return {
    msmId: hex(view.getUint32(36, true), 8),
    oemId: hex(view.getUint16(40, true), 4),
    modelId: hex(view.getUint16(42, true), 4),
  };
}

/** Said once for each root: the first is taken. Zeros are a chip that trusts no key in particular. */
export function readKeyHash(bytes: Uint8Array): Pick<ModemHardware, 'oemKeyHash'> {
  const lengths = [32, 48].filter((length) => bytes.length > 0 && bytes.length % length === 0);
  const length = lengths.find((candidate) => isRepeated(bytes, candidate)) ?? lengths[0];
  if (length === undefined) return { oemKeyHash: null };
  const hash = bytes.subarray(0, length);
  return { oemKeyHash: hash.every((byte) => byte === 0) ? null : toHex(hash) };
}

function isRepeated(bytes: Uint8Array, period: number): boolean {
  return bytes.every((byte, i) => byte === bytes[i % period]);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
