/**
 * The simulated modem as a USB/IP server on the loopback address: what is on the bus can be imported by one client at
 * a time, and leaving the bus is closing the connection. Coming back is being there to be imported again, perhaps
 * under another bus id.
 */
import type { Socket } from 'node:net';
import { URB_MAX_BYTES } from '../limits.ts';
import { listenOnLoopback } from '../loopback-server.ts';
import type { SimulatedModem } from '../modem.ts';
import { bulkPacketBytes, type UsbSpeed } from '../usb-compositions.ts';
import { AttachedDevice } from './attached-device.ts';
import { ByteReader } from './byte-reader.ts';
import {
  BUSID_BYTES,
  deviceListReply,
  type ExportedDevice,
  importRefusal,
  importReply,
  OPERATION_HEADER_BYTES,
  parseBusid,
  parseOperation,
  parseUrbHeader,
  URB_HEADER_BYTES,
} from './layout.ts';

/** Where on its host's buses a module is, e.g. `1-1`, and how fast. */
export type BusPlace = { readonly busid: string; readonly speed: UsbSpeed };

export type UsbipOptions = {
  /** 0 takes any free one. */
  readonly port: number;
  readonly normal: BusPlace;
  /** Another bus than `normal`: the module moves, as some do between SuperSpeed and high speed (edl 1a). */
  readonly edl: BusPlace;
};

export type UsbipDoor = { readonly port: number; close(): Promise<void> };

export async function openUsbipDoor(modem: SimulatedModem, options: UsbipOptions): Promise<UsbipDoor> {
  let enumerationCount = 0;
  const exported = (): ExportedDevice | undefined => {
    if (modem.usb === undefined) return undefined;
    const place = modem.state() === 'normal' ? options.normal : options.edl;
    return { ...place, composition: modem.usb, deviceNumber: enumerationCount + 1 };
  };
  const onImport = (): void => {
    enumerationCount += 1;
  };
  return listenOnLoopback(options.port, (socket) => void serve(socket, { modem, exported, onImport }));
}

type Exporter = {
  readonly modem: SimulatedModem;
  readonly exported: () => ExportedDevice | undefined;
  readonly onImport: () => void;
};

async function serve(socket: Socket, exporter: Exporter): Promise<void> {
  const reader = new ByteReader(socket);
  const header = await reader.take(OPERATION_HEADER_BYTES);
  const operation = header === undefined ? undefined : parseOperation(header);
  if (operation === 'deviceList') {
    const device = exporter.exported();
    socket.end(deviceListReply(device === undefined ? [] : [device]));
  } else if (operation === 'import') {
    const busid = await reader.take(BUSID_BYTES);
    if (busid !== undefined) await serveImport(socket, reader, { ...exporter, busid });
  }
  socket.destroySoon();
}

async function serveImport(
  socket: Socket,
  reader: ByteReader,
  { modem, exported, onImport, busid }: Exporter & { readonly busid: Buffer },
): Promise<void> {
  const device = exported();
  if (device === undefined || device.busid !== parseBusid(busid)) {
    socket.write(importRefusal('absent'));
    return;
  }
  const main = modem.openUsb({ packetBytes: bulkPacketBytes(device.speed) });
  if (!main.ok) {
    socket.write(importRefusal(main.failure.reason === 'busy' ? 'busy' : 'absent'));
    return;
  }
  const at = modem.openAt();
  const links = { main: main.value, at: at.ok ? at.value : undefined };
  onImport();
  socket.write(importReply(device));
  const attached = new AttachedDevice(device, links, (packet) => {
    if (socket.writable) socket.write(packet);
  });
  // What was said before the module left is still sent.
  const stopListening = modem.onStateChange(() => {
    if (modem.usb === undefined) socket.destroySoon();
  });
  try {
    await serveUrbs(reader, attached);
  } finally {
    stopListening();
    attached.end();
    links.main.close();
    links.at?.close();
  }
}

/** Until the client goes, or sends what no kernel sends. */
async function serveUrbs(reader: ByteReader, attached: AttachedDevice): Promise<void> {
  for (;;) {
    const header = await reader.take(URB_HEADER_BYTES);
    const urb = header === undefined ? undefined : parseUrbHeader(header);
    if (urb === undefined) return;
    if (urb.kind === 'unlink') {
      attached.unlink(urb);
      continue;
    }
    if (urb.isIsochronous || urb.lengthBytes < 0 || urb.lengthBytes > URB_MAX_BYTES) return;
    const bytes = await reader.take(urb.direction === 'out' ? urb.lengthBytes : 0);
    if (bytes === undefined || attached.submit({ ...urb, bytes }) === 'refused') return;
  }
}
