/**
 * The part of WebUSB that is used, as npm `usb` 3 offers it: a third argument of transfers is their timeout, and
 * kernel drivers can be detached. A port, so that tests can stand a device behind it where there is no bus.
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import { ERROR_MAX_CHARS } from './limits.ts';

export type UsbEndpoint = {
  readonly endpointNumber: number;
  readonly direction: 'in' | 'out';
  readonly type: string;
  readonly packetSize: number;
};

export type UsbConfiguration = {
  readonly interfaces: readonly {
    readonly interfaceNumber: number;
    readonly alternate: { readonly endpoints: readonly UsbEndpoint[] };
  }[];
};

export type UsbDevice = {
  /** `001` */
  readonly bus: string;
  readonly address: number;
  readonly ports: readonly number[];
  readonly configuration?: UsbConfiguration | null | undefined;
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly claimInterface: (interfaceNumber: number) => Promise<void>;
  readonly releaseInterface: (interfaceNumber: number) => Promise<void>;
  readonly detachKernelDriver: (interfaceNumber: number) => Promise<void>;
  readonly attachKernelDriver: (interfaceNumber: number) => Promise<void>;
  readonly clearHalt: (direction: 'in' | 'out', endpointNumber: number) => Promise<void>;
  /** `timeoutMs` 0 cancels at once. */
  readonly transferIn: (
    endpointNumber: number,
    length: number,
    timeoutMs: number,
  ) => Promise<{ readonly data?: DataView | undefined }>;
  readonly transferOut: (
    endpointNumber: number,
    data: Uint8Array,
    timeoutMs: number,
  ) => Promise<{ readonly bytesWritten: number }>;
  readonly controlTransferOut: (
    setup: {
      readonly requestType: 'class';
      readonly recipient: 'interface';
      readonly request: number;
      readonly value: number;
      readonly index: number;
    },
    data: Uint8Array,
    timeoutMs: number,
  ) => Promise<unknown>;
};

export type UsbBus = { readonly getDevices: () => Promise<readonly UsbDevice[]> };

export type NotInstalled = {
  readonly reason: 'transport-not-installed';
  readonly npmPackage: string;
  readonly why: string;
};

export type LoadUsb = () => Promise<Result<UsbBus, NotInstalled>>;

/** Loaded when it is first needed: cistern runs without it where modems are behind relays. */
export const loadUsb: LoadUsb = async () => {
  try {
    const { usb } = (await import('usb')) as unknown as { readonly usb: UsbBus };
    return ok(usb);
  } catch (error) {
    return err({ reason: 'transport-not-installed', npmPackage: 'usb', why: whyNotLoaded(error) });
  }
};

export function whyNotLoaded(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, ERROR_MAX_CHARS);
}
