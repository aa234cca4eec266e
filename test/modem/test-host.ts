/** A plain host for this folder's tests: just enough Sahara and Firehose to drive the module, and nothing clever. */
import { buildImage } from './image-format.ts';
import type { UsbLink } from './link.ts';
import type { SimulatedModem } from './modem.ts';
import { buildProgrammer } from './programmer-format.ts';
import { saharaPacket } from './sahara-packets.ts';

/** Longer than anything in process takes. */
const ANSWER_TIMEOUT_MS = 2_000;
const QUIET_MS = 2;

export type Answer = {
  readonly verdict: string;
  readonly response: string;
  readonly logs: readonly string[];
};

export function openUsb(modem: SimulatedModem): UsbLink {
  const opened = modem.openUsb();
  if (!opened.ok) throw new Error(`cannot open: ${opened.failure.reason}`);
  return opened.value;
}

/** The next transfer, or why there is none. */
export async function receive(link: UsbLink, timeoutMs = ANSWER_TIMEOUT_MS): Promise<Uint8Array | string> {
  const result = await link.read(65_536, { timeoutMs });
  return result.ok ? result.value : result.failure.reason;
}

/** `ok`, or why the write did not happen. */
export async function send(link: UsbLink, bytes: Uint8Array, timeoutMs = ANSWER_TIMEOUT_MS): Promise<string> {
  const result = await link.write(bytes, { timeoutMs });
  return result.ok ? 'ok' : result.failure.reason;
}

export async function drain(link: UsbLink): Promise<Uint8Array[]> {
  const transfers: Uint8Array[] = [];
  for (;;) {
    const transfer = await receive(link, QUIET_MS);
    if (typeof transfer === 'string') return transfers;
    transfers.push(transfer);
  }
}

/** Sends DIAG's switch and waits for the module in EDL. */
export async function switchToEdl(modem: SimulatedModem): Promise<void> {
  const link = openUsb(modem);
  await send(link, Buffer.from('4b650100540f7e', 'hex'));
  await receive(link);
  await modem.whenState(['edl-sahara'], { timeoutMs: ANSWER_TIMEOUT_MS });
}

/** Hands over a programmer on a link whose HELLO was not read yet. */
export async function loadProgrammer(
  link: UsbLink,
  file = buildProgrammer({ chip: 'MDM9607' }),
): Promise<string> {
  await receive(link);
  await send(link, saharaPacket(2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  for (;;) {
    const packet = await receive(link);
    if (typeof packet === 'string') return packet;
    const words = Buffer.from(packet);
    if (words.readUInt32LE(0) !== 3) {
      const status = words.readUInt32LE(12);
      if (status !== 0) return `status ${status}`;
      break;
    }
    const offset = words.readUInt32LE(12);
    await send(link, file.subarray(offset, offset + words.readUInt32LE(16)));
  }
  await send(link, saharaPacket(5));
  await receive(link);
  return 'ok';
}

export const xml = (element: string): Uint8Array =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n${element}\n</data>`);

export const CONFIGURE =
  '<configure MemoryName="nand" Verbose="0" AlwaysValidate="0" MaxDigestTableSizeInBytes="2048" ' +
  'MaxPayloadSizeToTargetInBytes="8192"  ZlpAwareHost="1" SkipStorageInit="0" />';

/** Reads documents until a response, then what trails it. */
export async function readAnswer(link: UsbLink): Promise<Answer> {
  const logs: string[] = [];
  for (;;) {
    const transfer = await receive(link);
    if (typeof transfer === 'string') return { verdict: transfer, response: '', logs };
    const document = Buffer.from(transfer).toString('latin1');
    const log = /<log value="([^"]*)" \/>/.exec(document)?.[1];
    if (log !== undefined) logs.push(log.replaceAll('&quot;', '"'));
    const verdict = /<response value="(ACK|NAK)"/.exec(document)?.[1];
    if (verdict === undefined) continue;
    const isRawToCome = document.includes('rawmode="true"');
    const trailing = isRawToCome
      ? []
      : (await drain(link)).map((bytes) => Buffer.from(bytes).toString('latin1'));
    return { verdict, response: document, logs: [...logs, ...trailing] };
  }
}

export async function command(link: UsbLink, element: string): Promise<Answer> {
  const sent = await send(link, xml(element));
  return sent === 'ok' ? readAnswer(link) : { verdict: sent, response: '', logs: [] };
}

/** A link to a programmer that runs and is configured. */
export async function enterFirehose(modem: SimulatedModem): Promise<UsbLink> {
  if (modem.state() === 'normal') await switchToEdl(modem);
  const link = openUsb(modem);
  const loaded = await loadProgrammer(link);
  if (loaded !== 'ok') throw new Error(`programmer not loaded: ${loaded}`);
  await drain(link);
  await command(link, CONFIGURE);
  return link;
}

const GEOMETRY = 'PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048"';

export const eraseElement = (startSector: number, sectorCount: number): string =>
  `<erase ${GEOMETRY} num_partition_sectors="${sectorCount}" physical_partition_number="0" start_sector="${startSector}" />`;

export const transferElement = (tag: 'program' | 'read', startSector: number, sectorCount: number): string =>
  `<${tag} ${GEOMETRY} filename="..\\x.mbn" num_partition_sectors="${sectorCount}" physical_partition_number="0" start_sector="${startSector}" />`;

/** Programs `image`, padded with zeros to whole sectors; the answer after the raw data. */
export async function program(link: UsbLink, startSector: number, image: Uint8Array): Promise<Answer> {
  const sectorCount = Math.ceil(image.length / 2048);
  const started = await command(link, transferElement('program', startSector, sectorCount));
  if (started.verdict !== 'ACK') return started;
  const padded = new Uint8Array(sectorCount * 2048);
  padded.set(image);
  for (let offset = 0; offset < padded.length; offset += 8192) {
    const sent = await send(link, padded.subarray(offset, offset + 8192));
    if (sent !== 'ok') return { verdict: sent, response: '', logs: [] };
  }
  return readAnswer(link);
}

/** Reads sectors back; the raw bytes and the answer after them. */
export async function readBack(
  link: UsbLink,
  startSector: number,
  sectorCount: number,
): Promise<Answer & { readonly bytes: Uint8Array }> {
  const started = await command(link, transferElement('read', startSector, sectorCount));
  if (started.verdict !== 'ACK') return { ...started, bytes: new Uint8Array(0) };
  const pieces: Uint8Array[] = [];
  let missingBytes = sectorCount * 2048;
  while (missingBytes > 0) {
    const piece = await receive(link);
    if (typeof piece === 'string')
      return { verdict: piece, response: '', logs: [], bytes: Buffer.concat(pieces) };
    pieces.push(piece);
    missingBytes -= piece.length;
  }
  return { ...(await readAnswer(link)), bytes: Buffer.concat(pieces) };
}

export const NEW_FIRMWARE = 'EC25EUGAR08A03M4G_01.200.01.200';

/** An update as it should be: all erases, then all programs, SBL last. `ok` or the first verdict that was not ACK. */
export async function update(
  modem: SimulatedModem,
  link: UsbLink,
  { order }: { readonly order: 'SBL last' | 'SBL first' } = { order: 'SBL last' },
): Promise<string> {
  const inTableOrder = modem.partitions.filter((partition) => partition.role === 'firmware');
  for (const { startSector, sectorCount } of inTableOrder) {
    const erased = await command(link, eraseElement(startSector, sectorCount));
    if (erased.verdict !== 'ACK') return erased.verdict;
  }
  // SBL stands first in the table.
  for (const partition of order === 'SBL first' ? inTableOrder : inTableOrder.toReversed()) {
    const payload = new Uint8Array(10_000).fill(3);
    const image = buildImage({ partition: partition.name, firmware: NEW_FIRMWARE, chip: 'MDM9607', payload });
    const programmed = await program(link, partition.startSector, image);
    if (programmed.verdict !== 'ACK') return programmed.verdict;
  }
  await send(link, xml('<power value="reset" />'));
  await drain(link);
  return 'ok';
}
