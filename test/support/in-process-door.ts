/** The updater's door to a simulated modem in the same process: no sockets, one transfer is one transfer. */
import type { DoorFailure, ModemDoor, OnBus, OpenedModem } from '../../device/transport/door.ts';
import { stateOf } from '../../device/transport/door.ts';
import type { Pipe, TransferFailure } from '../../device/transport/pipe.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ByteLink, LinkFailure } from '../modem/link.ts';
import type { SimulatedModem } from '../modem/modem.ts';

export function inProcessDoor(modem: SimulatedModem, onBus: OnBus | null = null): ModemDoor {
  const where = 'simulated modem';
  const absent: Result<never, DoorFailure> = err({ reason: 'modem-absent', where });
  return {
    key: 'simulated',
    where,
    onBus,
    open: async () => {
      const opened = modem.openUsb();
      if (!opened.ok) return absent;
      const { vendorId, productId, interfaceCount } = opened.value;
      const usbId = `${hex4(vendorId)}:${hex4(productId)}`;
      const found: OpenedModem = {
        usbId,
        interfaceCount,
        state: stateOf(usbId, interfaceCount),
        pipe: pipeOf(opened.value),
      };
      return ok(found);
    },
    openAt: async () => {
      const opened = modem.openAt();
      return opened.ok ? ok(pipeOf(opened.value)) : absent;
    },
  };
}

function pipeOf(link: ByteLink): Pipe {
  return {
    transferIn: async (maxBytes, options) => {
      const read = await link.read(maxBytes, options);
      return read.ok ? ok(new Uint8Array(read.value)) : err(failureOf(read.failure, 'in', options.timeoutMs));
    },
    transferOut: async (bytes, options) => {
      const written = await link.write(bytes, options);
      return written.ok ? ok() : err(failureOf(written.failure, 'out', options.timeoutMs));
    },
    close: async () => link.close(),
  };
}

function failureOf({ reason }: LinkFailure, direction: 'in' | 'out', timeoutMs: number): TransferFailure {
  if (reason === 'timeout') return { reason: 'transfer-timed-out', direction, timeoutMs };
  return reason === 'aborted' ? { reason: 'interrupted' } : { reason: 'modem-disconnected' };
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, '0');
}
