/** A restart, asked of whatever listens in EDL or offers a crash dump: boot ROM, a session left open, or programmer. */
import { FirehoseLink } from '../firehose/link.ts';
import { resetProgrammer } from '../firehose/write.ts';
import { resetModem } from '../sahara/reset.ts';
import type { SaharaFailure } from '../sahara/sahara-failure.ts';
import type { Pipe } from '../transport/pipe.ts';
import type { UpdateTimings } from './limits.ts';
import { reachProgrammer } from './reach-programmer.ts';

/** False where nothing at all was heard of it. The pipe stays open. */
export async function resetWhatListens(
  pipe: Pipe,
  timings: UpdateTimings,
  signal?: AbortSignal,
): Promise<boolean> {
  const greeting = await reachProgrammer(pipe, { timings, flashTouched: false }, signal);
  if (!greeting.ok) return !SILENT.has(greeting.failure.reason);
  if (greeting.value.found === 'hello') await resetModem(pipe, timings.sahara, signal);
  else await resetProgrammer(new FirehoseLink(pipe, timings.firehose, { heard: greeting.value.heard }));
  return true;
}

const SILENT: ReadonlySet<string> = new Set<SaharaFailure['reason']>([
  'sahara-no-hello',
  'transfer-timed-out',
]);
