/**
 * A USB device for tests as npm `usb` 3 shows it, with its limits: one transfer per endpoint at a time, timeouts
 * that throw away what had arrived, truncation to the asked length, nothing closable while a transfer is under way,
 * errors told apart by message only.
 */
import type { UsbBus, UsbDevice } from './web-usb.ts';

type Message = { readonly bytes: Uint8Array; readonly endsShort: boolean };

export type TestUsbOptions = {
  readonly bus?: string;
  readonly ports?: readonly number[];
  readonly address?: number;
  readonly packetBytes?: number;
  readonly interfaceNumbers?: readonly number[];
  /** Interfaces that a kernel driver holds. */
  readonly boundInterfaces?: readonly number[];
  /** Interfaces that another program holds. */
  readonly busyInterfaces?: readonly number[];
  readonly openError?: string;
};

export type TestUsbDevice = UsbDevice & {
  /** What the device sends as one message. Without a short packet at its end where `endsShort` is false. */
  readonly say: (bytes: Uint8Array | string, options?: { readonly endsShort: boolean }) => void;
  readonly sent: Uint8Array[];
  readonly asked: { length: number; timeoutMs: number }[];
  readonly calls: string[];
  /** Meets the next transfer of that direction, or the one under way. */
  readonly failNext: (direction: 'in' | 'out', message: string) => void;
  /** OUT transfers are not taken until told. */
  holdOut: boolean;
  /** Bytes that an OUT transfer is cut to. */
  takesAtMost: number;
  unplug: () => void;
};

const utf8 = new TextEncoder();

export function testUsbDevice(options: TestUsbOptions = {}): TestUsbDevice {
  const { packetBytes = 512, interfaceNumbers = [0], bus = '001', ports = [1], address = 2 } = options;
  const bound = new Set(options.boundInterfaces ?? []);
  const claimed = new Set<number>();
  const queue: Uint8Array[] = [];
  const failures = { in: [] as string[], out: [] as string[] };
  const pending = { in: false, out: false };
  let isOpen = false;
  let isGone = false;
  let wake: () => void = () => {};

  const isBorrowed = () => pending.in || pending.out;
  const assertFree = () => {
    if (isBorrowed())
      throw new Error('The same native value cannot be borrowed mutably while it is borrowed elsewhere');
  };
  /** Runs one transfer; `attempt` gives undefined while it must go on waiting. */
  async function transfer<T>(
    direction: 'in' | 'out',
    timeoutMs: number,
    attempt: () => T | undefined,
  ): Promise<T> {
    const name = direction === 'in' ? 'transferIn' : 'transferOut';
    if (!isOpen || claimed.size === 0 || pending[direction])
      throw new Error(`${name} error: endpoint not found`);
    pending[direction] = true;
    const deadlineMs = performance.now() + timeoutMs;
    try {
      for (;;) {
        if (isGone) throw new Error(`${name} error: Disconnected`);
        const failure = failures[direction].shift();
        if (failure !== undefined) throw new Error(`${name} error: ${failure}`);
        const done = attempt();
        if (done !== undefined) return done;
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0) throw new Error(`${name} error: Cancelled`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs);
          const earlier = wake;
          wake = () => {
            earlier();
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      pending[direction] = false;
    }
  }
  const stir = () => {
    const waiting = wake;
    wake = () => {};
    waiting();
  };
  const device: TestUsbDevice = {
    bus,
    ports,
    address,
    configuration: {
      interfaces: interfaceNumbers.map((interfaceNumber) => ({
        interfaceNumber,
        alternate: {
          endpoints: [
            {
              endpointNumber: interfaceNumber * 2 + 1,
              direction: 'in',
              type: 'bulk',
              packetSize: packetBytes,
            },
            { endpointNumber: interfaceNumber + 1, direction: 'out', type: 'bulk', packetSize: packetBytes },
            { endpointNumber: interfaceNumber * 2 + 2, direction: 'in', type: 'interrupt', packetSize: 10 },
          ],
        },
      })),
    },
    sent: [],
    asked: [],
    calls: [],
    holdOut: false,
    takesAtMost: Number.POSITIVE_INFINITY,
    say: (message, { endsShort } = { endsShort: true }) => {
      const bytes = typeof message === 'string' ? utf8.encode(message) : message;
      for (const packet of packetsOf({ bytes, endsShort }, packetBytes)) queue.push(packet);
      stir();
    },
    failNext: (direction, message) => {
      failures[direction].push(message);
      stir();
    },
    unplug: () => {
      isGone = true;
      stir();
    },
    open: async () => {
      assertFree();
      device.calls.push('open');
      if (isGone) throw new Error('open error: device not found (errno 2)');
      if (options.openError !== undefined) throw new Error(`open error: ${options.openError}`);
      isOpen = true;
    },
    close: async () => {
      assertFree();
      device.calls.push('close');
      isOpen = false;
    },
    claimInterface: async (number) => {
      device.calls.push(`claim ${number}`);
      if (!interfaceNumbers.includes(number))
        throw new Error('claimInterface error: interface not found (errno 2)');
      if (bound.has(number) || options.busyInterfaces?.includes(number))
        throw new Error('claimInterface error: interface is busy (errno 16)');
      claimed.add(number);
    },
    releaseInterface: async (number) => {
      assertFree();
      device.calls.push(`release ${number}`);
      claimed.delete(number);
    },
    detachKernelDriver: async (number) => {
      if (!bound.has(number))
        throw new Error('detachKernelDriver error: no kernel driver attached (errno 61)');
      device.calls.push(`detach ${number}`);
      bound.delete(number);
    },
    attachKernelDriver: async (number) => {
      device.calls.push(`attach ${number}`);
      bound.add(number);
    },
    clearHalt: async (direction, number) => {
      if (pending[direction]) throw new Error('clearHalt error: endpoint not found');
      device.calls.push(`clearHalt ${direction} ${number}`);
    },
    transferIn: async (_number, length, timeoutMs) => {
      device.asked.push({ length, timeoutMs });
      const collected: number[] = [];
      const roomBytes = Math.ceil(length / packetBytes) * packetBytes;
      return transfer('in', timeoutMs, () => {
        // What stands in `collected` when the time is up is gone, as it is with a real one.
        while (queue.length > 0 && collected.length < roomBytes) {
          const packet = queue.shift() ?? new Uint8Array();
          collected.push(...packet);
          if (packet.length < packetBytes) return { data: viewOf(collected.slice(0, length)) };
        }
        return collected.length === roomBytes ? { data: viewOf(collected.slice(0, length)) } : undefined;
      });
    },
    transferOut: (_number, bytes, timeoutMs) =>
      transfer('out', timeoutMs, () => {
        if (device.holdOut) return undefined;
        const taken = bytes.slice(0, device.takesAtMost);
        device.sent.push(taken);
        return { bytesWritten: taken.length };
      }),
    controlTransferOut: async ({ request, value, index }) => {
      device.calls.push(`control ${request} ${value} ${index}`);
    },
  };
  return device;
}

export function testUsbBus(...devices: readonly UsbDevice[]): UsbBus {
  return { getDevices: async () => devices };
}

function packetsOf({ bytes, endsShort }: Message, packetBytes: number): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += packetBytes) packets.push(bytes.slice(at, at + packetBytes));
  if (endsShort && bytes.length % packetBytes === 0) packets.push(new Uint8Array());
  return packets;
}

function viewOf(bytes: readonly number[]): DataView {
  return new DataView(Uint8Array.from(bytes).buffer);
}
