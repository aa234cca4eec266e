/** A simulated module behind its USB/IP door, and clients of it. One at a time: `start`, and `hangUp` behind each test. */
import { SimulatedModem } from '../modem.ts';
import type { SimulatedModemOptions } from '../modem-options.ts';
import { type Reply, UsbipClient } from './usbip-client.ts';
import { openUsbipDoor, type UsbipDoor, type UsbipOptions } from './usbip-door.ts';

const firmware = 'EC25EUGAR06A05M4G_01.003.01.003';
export const AT_OUT = 3;
export const AT_IN = 4;
export const AT_INTERRUPT = 5;
export const QMI_INTERRUPT = 9;
export const EDL_COMMAND = Buffer.from('4b650100540f7e', 'hex');
/** Longer than anything here takes; where it must pass, 30 ms do. */
export const MOMENT_MS = 30;

export let modem: SimulatedModem;
export let door: UsbipDoor;
let clients: UsbipClient[];

export async function start(
  options: Partial<SimulatedModemOptions> = {},
  places: Partial<UsbipOptions> = {},
): Promise<void> {
  clients = [];
  modem = new SimulatedModem({ firmware, ...options });
  const at = { busid: '1-1', speed: 'high' } as const;
  door = await openUsbipDoor(modem, { port: 0, normal: at, edl: at, ...places });
}

export function dial(): UsbipClient {
  const client = new UsbipClient(door.port);
  clients.push(client);
  return client;
}

export async function imported(busid = '1-1'): Promise<UsbipClient> {
  const client = dial();
  const record = await client.import(busid);
  if (typeof record === 'number') throw new Error(`import refused: ${record}`);
  return client;
}

/** A client that imported the module in EDL. */
export async function importedInEdl(busid = '1-1'): Promise<UsbipClient> {
  modem.shortTestPoint();
  await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
  return imported(busid);
}

/** By sequence number: which of an OUT and an IN is answered first is nobody's promise. */
export async function twoReplies(client: UsbipClient): Promise<ReadonlyMap<number, Reply>> {
  const replies = [await client.reply(), await client.reply()];
  return new Map(replies.map((reply) => [reply.sequence, reply]));
}

/** Bytes of the IN endpoint until `text` came. */
export async function readUntil(client: UsbipClient, endpoint: number, text: string): Promise<string> {
  let said = '';
  while (!said.includes(text)) {
    client.submitIn(endpoint, 4096);
    said += (await client.reply()).bytes.toString('latin1');
  }
  return said;
}

export async function hangUp(): Promise<void> {
  for (const client of clients) client.close();
  await door.close();
  modem.close();
}
