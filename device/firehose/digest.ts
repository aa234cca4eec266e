/**
 * `<getsha256digest>`: the modem reads what was programmed and says its SHA-256 (edl 1c). Equal to the one of the
 * staged file, it proves every byte as a read-back does, without their way over the link; anything else proves
 * nothing, and the bytes are read back.
 */
import type { PlannedProgram } from '../../shared/flash-plan.ts';
import { ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { CompareOptions } from './compare.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { type ImageSource, readAhead } from './image.ts';
import { DIGEST_MAX_BYTES, SOURCE_WINDOW_BYTES } from './limits.ts';
import type { FirehoseLink, Reply } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';

/** SHA-256 of bytes that come one after another; given from outside, because no two platforms have the same. */
export type RunningSha256 = {
  readonly update: (bytes: Uint8Array) => void;
  /** Lower-case hex; ends it. */
  readonly hex: () => string;
};

/** True where the modem's digest is that of the file; false says nothing about the bytes. */
export async function digestProves<E>(
  link: FirehoseLink,
  program: PlannedProgram,
  source: ImageSource<E>,
  options: CompareOptions & { readonly sha256: RunningSha256 },
  signal?: AbortSignal,
): Promise<Result<boolean, FirehoseFailure | E>> {
  const { storage, sha256, onProgress } = options;
  const totalBytes = program.sectorCount * sectorBytesOf(storage);
  if (totalBytes > DIGEST_MAX_BYTES) return ok(false);
  // Both sides work at the same time.
  const [said, wanted] = await Promise.all([
    askDigest(link, program, storage, signal),
    digestOf({ source, fileBytes: program.sizeBytes, totalBytes }, sha256),
  ]);
  if (!said.ok) return said;
  if (!wanted.ok) return wanted;
  if (said.value !== wanted.value) return ok(false);
  onProgress(totalBytes);
  return ok(true);
}

/** null where it is refused or not answered, or nothing that is said looks like one. */
async function askDigest(
  link: FirehoseLink,
  program: PlannedProgram,
  storage: CompareOptions['storage'],
  signal?: AbortSignal,
): Promise<Result<string | null, FirehoseFailure>> {
  const reply = await link.command('getsha256digest', rangeAttributes(program, storage), {
    timeoutMs: link.timings.programDoneMs,
    signal,
  });
  if (!reply.ok) return reply.failure.reason === 'firehose-silent' ? ok(null) : reply;
  if (!reply.value.response.acknowledged) return ok(null);
  const before = readDigest(reply.value);
  if (before !== null) return ok(before);
  const after = await link.logsBehind(signal);
  return after.ok ? ok(digestInLogs(after.value)) : after;
}

const DIGEST_ATTRIBUTES = ['Digest', 'SHA256', 'sha256'];

function readDigest({ response, logs }: Reply): string | null {
  for (const name of DIGEST_ATTRIBUTES) {
    const value = response.attributes[name];
    if (value !== undefined && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  }
  return digestInLogs(logs);
}

function digestInLogs(logs: readonly string[]): string | null {
  for (const log of logs) {
    const hex = /digest\b.*?\b(?:0x)?([0-9a-f]{64})\b/i.exec(log)?.[1];
    if (hex !== undefined) return hex.toLowerCase();
  }
  return null;
}

async function digestOf<E>(
  image: Parameters<typeof readAhead<E>>[0],
  sha256: RunningSha256,
): Promise<Result<string, E>> {
  for await (const window of readAhead(image, SOURCE_WINDOW_BYTES)) {
    if (!window.ok) return window;
    sha256.update(window.value);
  }
  return ok(sha256.hex());
}
