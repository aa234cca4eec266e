/** Guard, erase, program and reset: everything that changes the modem, and nothing without its range (P5). */
import { type FlashPlan, overlaps, type PlannedErase, type PlannedProgram } from '../../shared/flash-plan.ts';
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { SOURCE_WINDOW_BYTES } from './limits.ts';
import type { FirehoseLink } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';
import { type FirehoseStorage, sectorBytesOf } from './storage.ts';

/** What the driver needs of the plan to refuse by itself what must never be touched (P5). */
export type FlashLimits = Pick<FlashPlan, 'protectedRanges'> & { readonly storage: FirehoseStorage };

/** Bytes of a staged file, verified as they are read. */
export type ImageSource<E> = (offsetBytes: number, lengthBytes: number) => Promise<Result<Uint8Array, E>>;

/** The vendor's anti-misburn command, verbatim: a programmer that does not know this project answers NAK. */
export function sendGuard(
  link: FirehoseLink,
  guard: Attributes,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  return expectAck(link, 'erase', guard, link.timings.eraseMs, signal);
}

export async function eraseSectors(
  link: FirehoseLink,
  erase: PlannedErase,
  flash: FlashLimits,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const allowed = refuseProtected(erase, flash);
  if (!allowed.ok) return allowed;
  return expectAck(link, 'erase', rangeAttributes(erase, flash.storage), link.timings.eraseMs, signal);
}

/** Writes one file into its erased partition, the last page padded with zeros. */
export async function programFile<E>(
  link: FirehoseLink,
  program: PlannedProgram,
  source: ImageSource<E>,
  options: {
    readonly flash: FlashLimits;
    readonly payloadBytes: number;
    readonly onProgress: (programmedBytes: number) => void;
  },
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure | E>> {
  const { flash, payloadBytes, onProgress } = options;
  const { storage } = flash;
  const allowed = refuseProtected(program, flash);
  if (!allowed.ok) return allowed;
  const begun = await link.command('program', rangeAttributes(program, storage), {
    timeoutMs: link.timings.replyMs,
    signal,
  });
  if (!begun.ok) return begun;
  if (!begun.value.response.acknowledged)
    return err({ reason: 'programmer-refused', command: 'program', logs: begun.value.logs });
  if (!begun.value.response.rawMode) {
    return err({
      reason: 'programmer-answer-unexpected',
      command: 'program',
      why: 'an ACK without raw mode',
    });
  }
  const totalBytes = program.sectorCount * sectorBytesOf(storage);
  let failed: Result<void, E> = ok();
  for (let offset = 0; offset < totalBytes; offset += SOURCE_WINDOW_BYTES) {
    const lengthBytes = Math.min(SOURCE_WINDOW_BYTES, totalBytes - offset);
    const window: Result<Uint8Array, E> = failed.ok
      ? await paddedWindow(source, program.sizeBytes, offset, lengthBytes)
      : failed;
    if (!window.ok) failed = window;
    // The programmer waits for every byte it was promised: zeros keep it usable when the source gives out.
    const bytes = window.ok ? window.value : new Uint8Array(lengthBytes);
    const sent = await sendPayloads(link, bytes, payloadBytes, onProgress, signal);
    if (!sent.ok) return sent;
  }
  const ended = await link.awaitReply('program', { timeoutMs: link.timings.programDoneMs, signal });
  if (!ended.ok) return ended;
  if (!ended.value.response.acknowledged)
    return err({ reason: 'programmer-refused', command: 'program', logs: ended.value.logs });
  return failed.ok ? ok() : failed;
}

async function sendPayloads(
  link: FirehoseLink,
  bytes: Uint8Array,
  payloadBytes: number,
  onProgress: (programmedBytes: number) => void,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  for (let at = 0; at < bytes.length; at += payloadBytes) {
    const payload = bytes.subarray(at, at + payloadBytes);
    const sent = await link.writeRaw(payload, signal);
    if (!sent.ok) return sent;
    onProgress(payload.length);
  }
  return ok();
}

/** Part of a file as it lies in flash: beyond the file's end there are zeros up to the page's end. */
export async function paddedWindow<E>(
  source: ImageSource<E>,
  fileBytes: number,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Result<Uint8Array, E>> {
  const inFile = Math.max(0, Math.min(lengthBytes, fileBytes - offsetBytes));
  const read = await source(offsetBytes, inFile);
  if (!read.ok || inFile === lengthBytes) return read;
  const padded = new Uint8Array(lengthBytes);
  padded.set(read.value);
  return ok(padded);
}

/** Restarts the modem. It leaves the bus once its last logs are read, so they are read until it is gone. */
export async function resetProgrammer(
  link: FirehoseLink,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const accepted = await expectAck(link, 'power', [['value', 'reset']], link.timings.replyMs, signal);
  if (!accepted.ok) return accepted.failure.reason === 'modem-disconnected' ? ok() : accepted;
  const gone = await link.drainLogs({ firstMs: link.timings.leaveMs, quietMs: link.timings.leaveMs }, signal);
  if (gone.ok) return ok();
  return gone.failure.reason === 'modem-disconnected' ? ok() : gone;
}

/** Judged when the release was published and when it was staged; judged here once more, before a byte is sent. */
function refuseProtected(
  range: { readonly startSector: number; readonly sectorCount: number },
  { protectedRanges }: FlashLimits,
): Result<void, FirehoseFailure> {
  const touched = protectedRanges.find((candidate) => overlaps(range, candidate));
  if (touched === undefined) return ok();
  return err({ reason: 'protected-range', range: touched.name, startSector: range.startSector });
}

async function expectAck(
  link: FirehoseLink,
  tag: string,
  attributes: Attributes,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const reply = await link.command(tag, attributes, { timeoutMs, signal });
  if (!reply.ok) return reply;
  if (reply.value.response.acknowledged) return ok();
  return err({ reason: 'programmer-refused', command: tag, logs: reply.value.logs });
}
