/** `<program>`: ACK into raw mode, exactly the promised bytes, ACK out of raw mode (edl 1c). */
import type { PlannedProgram } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { type FlashImage, type ImageSource, readAhead } from './image.ts';
import { RAW_RATE_MIN_BYTES_PER_SECOND, SOURCE_WINDOW_BYTES } from './limits.ts';
import type { FirehoseLink } from './link.ts';
import { type FlashLimits, refuseProtected } from './protected.ts';
import { rangeAttributes } from './range-attributes.ts';

export type ProgramOptions = {
  readonly flash: FlashLimits;
  /** The most that one raw transfer may carry, as agreed with the programmer. */
  readonly payloadBytes: number;
  readonly onProgress: (programmedBytes: number) => void;
};

/** Writes one file into its erased partition, the last page padded with zeros. */
export async function programFile<E>(
  link: FirehoseLink,
  program: PlannedProgram,
  source: ImageSource<E>,
  options: ProgramOptions,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure | E>> {
  const { storage } = options.flash;
  const { timings } = link;
  const allowed = refuseProtected(program, options.flash);
  if (!allowed.ok) return allowed;
  const begun = await link.command('program', rangeAttributes(program, storage), {
    timeoutMs: timings.replyMs,
    signal,
  });
  if (!begun.ok) return begun;
  if (!begun.value.response.acknowledged)
    return err({ reason: 'programmer-refused', command: 'program', logs: begun.value.logs });
  if (!begun.value.response.rawMode) {
    const why = 'an ACK without raw mode';
    return err({ reason: 'programmer-answer-unexpected', command: 'program', why });
  }
  const totalBytes = program.sectorCount * sectorBytesOf(storage);
  const image = { source, fileBytes: program.sizeBytes, totalBytes };
  const sent = await sendImage(link, image, options, signal);
  if (!sent.ok) return sent;
  const ended = await link.awaitReply('program', { timeoutMs: timings.programDoneMs, signal });
  if (!ended.ok) return ended;
  if (!ended.value.response.acknowledged)
    return err({ reason: 'programmer-refused', command: 'program', logs: ended.value.logs });
  return sent.value;
}

/** Inside is what became of the source; outside what became of the link. */
async function sendImage<E>(
  link: FirehoseLink,
  image: FlashImage<E>,
  { payloadBytes, onProgress }: ProgramOptions,
  signal?: AbortSignal,
): Promise<Result<Result<void, E>, FirehoseFailure>> {
  const { totalBytes } = image;
  const untilMs = link.nowMs() + link.timings.writeMs + (1000 * totalBytes) / RAW_RATE_MIN_BYTES_PER_SECOND;
  const sendPayloads = async (bytes: Uint8Array): Promise<Result<void, FirehoseFailure>> => {
    for (let at = 0; at < bytes.length; at += payloadBytes) {
      if (link.nowMs() > untilMs)
        return err({ reason: 'transfer-timed-out', direction: 'out', timeoutMs: link.timings.writeMs });
      const payload = bytes.subarray(at, at + payloadBytes);
      if (link.hasResponded) return ok();
      const sent = await link.writeRaw(payload, signal);
      if (!sent.ok) return sent;
      onProgress(payload.length);
    }
    return ok();
  };
  const sendWindow = (bytes: Uint8Array) => link.whileWritingRaw(sendPayloads(bytes), signal);
  const windowBytes = windowOf(payloadBytes);
  let sentBytes = 0;
  for await (const window of readAhead(image, windowBytes)) {
    if (!window.ok) {
      // The programmer waits for every byte it was promised: zeros keep it usable when the source gives out.
      const zeros = new Uint8Array(windowBytes);
      for (; sentBytes < totalBytes; sentBytes += windowBytes) {
        const sent = await sendWindow(zeros.subarray(0, totalBytes - sentBytes));
        if (!sent.ok) return sent;
      }
      return ok(window);
    }
    const sent = await sendWindow(window.value);
    if (!sent.ok) return sent;
    // Refused in the middle: what is sent now would be taken for commands.
    if (link.hasResponded) break;
    sentBytes += window.value.length;
  }
  return ok(ok());
}

/** Whole payloads, so that only the last one is short. */
function windowOf(payloadBytes: number): number {
  return Math.max(1, Math.floor(SOURCE_WINDOW_BYTES / payloadBytes)) * payloadBytes;
}
