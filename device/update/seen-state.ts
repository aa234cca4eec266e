/** What the modem is in at this moment, for a verdict. */
import type { AttemptEnd, ModemPorts } from './attempt.ts';

export async function seenState({ door }: Pick<ModemPorts, 'door'>): Promise<AttemptEnd['modemState']> {
  const opened = await door.open();
  if (!opened.ok) return opened.failure.reason === 'modem-absent' ? 'absent' : 'unknown';
  await opened.value.pipe.close();
  const { state } = opened.value;
  return state === 'normal' || state === 'edl' || state === 'ram-dump' ? state : 'unknown';
}
