/**
 * From an opened EDL pipe to something that can be talked to. What a broken-off session left behind is cleared
 * first: raw reads are read past, raw writes ended, stale Sahara sessions reset.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { finishRawWrite } from '../firehose/finish-raw-write.ts';
import { resetModem } from '../sahara/driver.ts';
import { type Greeting, greet } from '../sahara/greet.ts';
import type { SaharaFailure } from '../sahara/sahara-failure.ts';
import type { Pipe } from '../transport/pipe.ts';
import type { UpdateTimings } from './limits.ts';

/** After `sahara-stale-session` the modem restarts: open it again. */
export async function reachProgrammer(
  pipe: Pipe,
  { timings, flashTouched }: { readonly timings: UpdateTimings; readonly flashTouched: boolean },
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  const greeting = await greet(pipe, timings.sahara, signal);
  if (greeting.ok || greeting.failure.reason !== 'sahara-no-hello') return greeting;
  if (flashTouched) {
    const finished = await finishRawWrite(pipe, timings.firehose);
    if (finished.ok) return ok({ found: 'programmer' });
    if (finished.failure.reason !== 'sahara-no-hello') return finished;
  }
  const reset = await resetModem(pipe, timings.sahara, signal);
  return reset.ok ? err({ reason: 'sahara-stale-session' }) : reset;
}
