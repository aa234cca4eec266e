/** Endpoint 0: the requests a host sends while it enumerates and uses the module (USB 2.0 section 9.4). */
import type { UsbComposition, UsbSpeed } from '../usb-compositions.ts';
import {
  binaryObjectStore,
  configurationDescriptor,
  deviceDescriptor,
  stringDescriptor,
} from './descriptors.ts';

export type Setup = {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly lengthBytes: number;
};

/** `undefined`: stalled. Otherwise what the data stage carries to the host; empty where it carries nothing. */
export type ControlAnswer = Uint8Array | undefined;

const DONE = new Uint8Array(0);
const DESCRIPTOR = { device: 1, configuration: 2, string: 3, binaryObjectStore: 15 } as const;

/** One device as its host has configured it. */
export class ControlEndpoint {
  readonly #composition: UsbComposition;
  readonly #speed: UsbSpeed;
  #configuration = 0;

  constructor(composition: UsbComposition, speed: UsbSpeed) {
    this.#composition = composition;
    this.#speed = speed;
  }

  /** Answers one request; what it sends is at most `lengthBytes` long. SET_ADDRESS never comes over USB/IP. */
  answer(setup: Setup): ControlAnswer {
    return this.#respond(setup)?.subarray(0, setup.lengthBytes);
  }

  #respond({ requestType, request, value, index }: Setup): ControlAnswer {
    const hasInterface = index < this.#composition.interfaces.length;
    switch ((requestType << 8) | request) {
      case 0x8000: // GET_STATUS of the device, an interface, an endpoint
      case 0x8100:
      case 0x8200:
        return Uint8Array.of(0, 0);
      case 0x0001: // CLEAR_FEATURE; on an endpoint: the end of a halt
      case 0x0101:
      case 0x0201:
        return DONE;
      case 0x8006:
        return this.#descriptor(value >> 8, value & 0xff);
      case 0x8008:
        return Uint8Array.of(this.#configuration);
      case 0x0009:
        return this.#configure(value);
      case 0x810a: // GET_INTERFACE: there are no alternate settings
        return hasInterface ? Uint8Array.of(0) : undefined;
      case 0x010b:
        return hasInterface && value === 0 ? DONE : undefined;
      case 0x0030: // SET_SEL
      case 0x0031: // SET_ISOCH_DELAY
        return this.#speed === 'super' ? DONE : undefined;
      case 0x2122: // SET_CONTROL_LINE_STATE (DTR, RTS), also on vendor-specific interfaces
        return hasInterface ? DONE : undefined;
      default:
        return undefined;
    }
  }

  #descriptor(type: number, index: number): ControlAnswer {
    if (type === DESCRIPTOR.string) return stringDescriptor(this.#composition, index);
    if (index !== 0) return undefined;
    if (type === DESCRIPTOR.device) return deviceDescriptor(this.#composition, this.#speed);
    if (type === DESCRIPTOR.configuration) return configurationDescriptor(this.#composition, this.#speed);
    const isStore = type === DESCRIPTOR.binaryObjectStore && this.#speed === 'super';
    return isStore ? binaryObjectStore() : undefined;
  }

  #configure(value: number): ControlAnswer {
    if (value > 1) return undefined;
    this.#configuration = value;
    return DONE;
  }
}
