/**
 * From a started programmer to one that may be trusted with an erase: its greeting, the configuration, and the
 * proof that it can read and that its storage is the one the package was made for (gate 2).
 */
import type { StorageGeometry } from '../../shared/catalogue.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { CONFIGURE_ATTEMPTS_MAX, PAYLOAD_BYTES, PAYLOAD_MAX_BYTES, PAYLOAD_MIN_BYTES } from './limits.ts';
import type { FirehoseLink } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';
import { readSectors } from './read.ts';

export type ConfiguredProgrammer = { readonly payloadBytes: number; readonly functions: readonly string[] };

/** What the programmer must be able to do for us; NAND programmers of the 9x07 know no more (edl 1c). */
const NEEDED_FUNCTIONS = ['configure', 'erase', 'program', 'read', 'power'];

export async function startSession(
  link: FirehoseLink,
  storage: StorageGeometry,
  signal?: AbortSignal,
): Promise<Result<ConfiguredProgrammer, FirehoseFailure>> {
  const greeting = await link.drainLogs(
    { firstMs: link.timings.firstLogMs, quietMs: link.timings.startQuietMs },
    signal,
  );
  if (!greeting.ok) return greeting;
  if (greeting.value.some((log) => log.includes('VIP is enabled')))
    return err({ reason: 'programmer-needs-signed-digests' });
  const functions = readFunctions(greeting.value);
  const missing =
    functions.length === 0 ? undefined : NEEDED_FUNCTIONS.find((name) => !functions.includes(name));
  if (missing !== undefined) return err({ reason: 'programmer-lacks-function', needed: missing });

  const configured = await configure(link, signal);
  if (!configured.ok) return configured;
  const probed = await probeStorage(link, storage, signal);
  return probed.ok ? ok({ payloadBytes: configured.value, functions }) : probed;
}

/** Both spellings of the list: one line on 9x07, a line each on SDX55 (edl 1c). Empty where there is none. */
export function readFunctions(logs: readonly string[]): readonly string[] {
  const line = logs
    .map((log) => /Supported Functions: (.*)/.exec(log)?.[1])
    .find((list) => list !== undefined);
  if (line !== undefined) return line.trim().split(/\s+/);
  const start = logs.findIndex((log) => /Supported Functions \(\d+\):/.test(log));
  const end = logs.findIndex((log) => log.includes('End of supported functions'));
  return start === -1 || end < start
    ? []
    : logs.slice(start + 1, end).map((log) => log.replace(/^INFO:\s*/, '').trim());
}

async function configure(link: FirehoseLink, signal?: AbortSignal): Promise<Result<number, FirehoseFailure>> {
  let payloadBytes = PAYLOAD_BYTES;
  let logs: readonly string[] = [];
  for (let attempt = 0; attempt < CONFIGURE_ATTEMPTS_MAX; attempt++) {
    const reply = await link.command('configure', configureAttributes(payloadBytes), {
      timeoutMs: link.timings.replyMs,
      signal,
    });
    if (!reply.ok) return reply;
    const { acknowledged, attributes } = reply.value.response;
    const offered = Number(attributes.MaxPayloadSizeToTargetInBytes ?? payloadBytes);
    if (!Number.isInteger(offered) || offered < PAYLOAD_MIN_BYTES || offered > PAYLOAD_MAX_BYTES) {
      return err({
        reason: 'programmer-answer-unexpected',
        command: 'configure',
        why: `a payload of ${offered} bytes`,
      });
    }
    if (acknowledged) return ok(Math.min(offered, payloadBytes));
    payloadBytes = offered;
    logs = reply.value.logs;
  }
  return err({ reason: 'programmer-refused', command: 'configure', logs });
}

function configureAttributes(payloadBytes: number): readonly (readonly [string, string])[] {
  return [
    ['MemoryName', 'nand'],
    ['Verbose', '0'],
    ['AlwaysValidate', '0'],
    ['MaxDigestTableSizeInBytes', '2048'],
    ['MaxPayloadSizeToTargetInBytes', String(payloadBytes)],
    ['ZlpAwareHost', '1'],
    ['SkipStorageInit', '0'],
  ];
}

/**
 * A package for 128 KiB blocks on a chip with 256 KiB blocks fails in the middle of the erases (edl 0.8). So the
 * storage is asked first: a one-page read with the package's geometry, which the programmer refuses when wrong,
 * and its own description where it gives one.
 */
async function probeStorage(
  link: FirehoseLink,
  storage: StorageGeometry,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const wanted = `${storage.pageBytes} B pages, ${storage.pagesPerBlock} pages a block, ${storage.totalPages} pages`;
  const described = await link.command('getstorageinfo', [['physical_partition_number', '0']], {
    timeoutMs: link.timings.replyMs,
    signal,
  });
  if (!described.ok) return described;
  const found = readStorageDescription(described.value.logs);
  if (found !== null && !describes(found, storage))
    return err({ reason: 'wrong-geometry', wanted, found: JSON.stringify(found) });

  const onePage = { startSector: 0, sectorCount: 1 };
  const read = await readSectors(
    link,
    rangeAttributes(onePage, storage),
    storage.pageBytes,
    ignorePage,
    signal,
  );
  if (read.ok) return ok();
  if (read.failure.reason !== 'programmer-refused') return read;
  return err({ reason: 'wrong-geometry', wanted, found: read.failure.logs.join(' ').slice(0, 300) });
}

async function ignorePage(): Promise<Result<void, FirehoseFailure>> {
  return ok();
}

type StorageDescription = {
  readonly total_blocks?: unknown;
  readonly block_size?: unknown;
  readonly page_size?: unknown;
};

function readStorageDescription(logs: readonly string[]): StorageDescription | null {
  for (const log of logs) {
    const json = /(\{"storage_info".*\})\s*$/.exec(log)?.[1];
    if (json === undefined) continue;
    try {
      return (JSON.parse(json) as { storage_info: StorageDescription }).storage_info;
    } catch {
      return null;
    }
  }
  return null;
}

/** Programmers give the block size in pages or in bytes; either must agree. */
function describes(
  found: StorageDescription,
  { pageBytes, pagesPerBlock, totalPages }: StorageGeometry,
): boolean {
  const blockIsRight = found.block_size === pagesPerBlock || found.block_size === pagesPerBlock * pageBytes;
  return found.page_size === pageBytes && blockIsRight && found.total_blocks === totalPages / pagesPerBlock;
}
