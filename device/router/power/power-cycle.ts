/** Takes a modem's power away and gives it back. Whatever happens in between, it is given back. */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../../clock.ts';
import { POWER_OFF_MS } from '../limits.ts';
import type { Machine } from '../machine.ts';
import type { BoardPower } from './board-power.ts';

export type PowerFailure =
  /** `isOff`: it was switched off and did not come on again. */
  {
    readonly reason: 'power-not-switched';
    readonly board: string;
    readonly said: string;
    readonly isOff: boolean;
  };

/** Not to be interrupted: an abort in between would leave the modem without power. */
export async function powerCycle(
  { name, method }: BoardPower,
  { machine, clock }: { readonly machine: Machine; readonly clock: Clock },
): Promise<Result<void, PowerFailure>> {
  const refuse = (said: string, { isOff }: { readonly isOff: boolean }) =>
    err({ reason: 'power-not-switched', board: name, said: said.slice(0, 200), isOff } as const);
  if (method.kind === 'commands') {
    for (const command of method.commands) {
      const { code, stderr } = await machine.run(command);
      if (code !== 0)
        return refuse(`${command.join(' ')}: ${stderr.trim() || `code ${code}`}`, { isOff: false });
    }
    return ok();
  }
  const { path, off, on } = method;
  const offFailure = await machine.writeText(path, off);
  if (offFailure !== null) return refuse(`${path}: ${offFailure}`, { isOff: false });
  await clock.sleep(POWER_OFF_MS);
  // Once more where it did not take it: a modem without power helps nobody.
  const onFailure = (await machine.writeText(path, on)) && (await machine.writeText(path, on));
  return onFailure === null ? ok() : refuse(`${path}: ${onFailure}`, { isOff: true });
}
