/** Stands where a modem was seen in a state in which there is nothing to talk to. */
import { err } from '../../shared/result.ts';
import type { ModemState } from './door.ts';
import type { Pipe } from './pipe.ts';

export function unopenedPipe(state: ModemState): Pipe {
  const refuse = async () =>
    err({ reason: 'link-broken', why: `a modem in the state ${state} is not spoken to` } as const);
  return { transferIn: refuse, transferOut: refuse, close: async () => {} };
}
