/** Flashes to the end; where the modem is gone or mute in the middle of it, its power is renewed, once (P4). */
import type { OpenedModem } from '../transport/door.ts';
import type { AttemptEnd } from './attempt.ts';
import { awaitUpdatable } from './await-updatable.ts';
import { type FlashOrder, flashToTheEnd } from './flash-to-the-end.ts';
import { isGoneOrMute } from './gone-or-mute.ts';

export async function flashThroughSilence(
  order: FlashOrder,
  opened: OpenedModem,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const end = await flashToTheEnd(order, opened, signal);
  const { journal, ports } = order;
  const isLeftHalfWritten = end.outcome === 'unfinished' && journal.attempt.flashTouched;
  if (!isLeftHalfWritten || end.failure === null || !isGoneOrMute(end.failure)) return end;
  const renewed = await ports.surroundings.renewPower();
  if (!renewed.ok) return { outcome: 'unfinished', modemState: 'absent', failure: renewed.failure };
  if (!renewed.value) return end;
  const back = await awaitUpdatable(ports);
  return back.ok ? flashToTheEnd(order, back.value, signal) : end;
}
