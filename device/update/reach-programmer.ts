/**
 * From an opened EDL pipe to something that can be talked to. What a broken-off session left behind is cleared
 * first: raw reads are read past, raw writes ended, stale Sahara sessions reset.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { finishRawWrite } from '../firehose/finish-raw-write.ts';
import { type Greeting, greet } from '../sahara/greet.ts';
import { resetModem, resetStateMachine } from '../sahara/reset.ts';
import type { SaharaFailure } from '../sahara/sahara-failure.ts';
import type { Pipe } from '../transport/pipe.ts';
import type { UpdateTimings } from './limits.ts';

/** After `sahara-stale-session` the modem restarts: open it again. `sahara-no-hello`: only a power cycle helps. */
export async function reachProgrammer(
  pipe: Pipe,
  { timings, flashTouched }: { readonly timings: UpdateTimings; readonly flashTouched: boolean },
  signal?: AbortSignal,
): Promise<Result<Greeting, SaharaFailure>> {
  const greeting = await greet(pipe, timings.sahara, signal);
  if (greeting.ok || greeting.failure.reason !== 'sahara-no-hello') return greeting;
  if (flashTouched) {
    const finished = await finishRawWrite(pipe, timings.firehose);
    if (finished.ok) return ok({ found: 'programmer', heard: finished.value });
    if (finished.failure.reason !== 'sahara-no-hello') return finished;
  }
  const reset = await resetModem(pipe, timings.sahara, signal);
  if (reset.ok) return err({ reason: 'sahara-stale-session' });
  if (reset.failure.reason !== 'transfer-timed-out') return reset;
  const hello = await resetStateMachine(pipe, timings.sahara, signal);
  if (!hello.ok) return hello;
  return hello.value === null ? greeting : ok({ found: 'hello', hello: hello.value });
}
