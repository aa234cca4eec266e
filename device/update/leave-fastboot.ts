/**
 * Out of fastboot, which is no way in for us: ASCII commands over the one bulk pair, each answered by OKAY or FAIL and a
 * word, after any number of INFO. `reboot` starts what is in flash and writes nothing.
 */
import { utf8 } from '../../shared/bytes.ts';
import type { ModemDoor } from '../transport/door.ts';
import { FASTBOOT_ANSWER_MAX_BYTES, FASTBOOT_ANSWERS_MAX, type UpdateTimings } from './limits.ts';

/** True where it has taken `reboot`, or is gone before it could say so. */
export async function leaveFastboot(
  { door, timings }: { readonly door: ModemDoor; readonly timings: UpdateTimings },
  signal?: AbortSignal,
): Promise<boolean> {
  const opened = await door.open(signal);
  if (!opened.ok) return false;
  const { pipe, state } = opened.value;
  try {
    if (state !== 'fastboot') return false;
    const { writeMs, replyMs } = timings.sahara;
    const sent = await pipe.transferOut(utf8('reboot'), { timeoutMs: writeMs, signal });
    if (!sent.ok) return false;
    for (let answers = 0; answers < FASTBOOT_ANSWERS_MAX; answers++) {
      const heard = await pipe.transferIn(FASTBOOT_ANSWER_MAX_BYTES, { timeoutMs: replyMs, signal });
      if (!heard.ok) return heard.failure.reason === 'modem-disconnected';
      const word = new TextDecoder('latin1').decode(heard.value.subarray(0, 4));
      if (word !== 'INFO') return word === 'OKAY';
    }
    return false;
  } finally {
    await pipe.close();
  }
}
