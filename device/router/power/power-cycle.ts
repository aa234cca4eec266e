/**
 * Takes a modem's power away and gives it back. On the machine it is one script that signals and broken lines do not
 * end: also where this process is killed in between, or the connection to a router breaks, the power is given back.
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import { POWER_OFF_S } from '../limits.ts';
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

/** A program that has lost its reader goes on, and so has nobody it could tell. */
const TO_THE_END = "trap '' HUP INT TERM PIPE";
const RUN_TO_THE_END = `${TO_THE_END}; exec "$@"`;

const ON_REFUSED = 4;
/** `$1` is a file of sysfs, `$2` the value that is off, `$3` the one that is on, `$4` how many seconds in between. */
const SWITCH_SCRIPT = `${TO_THE_END}
[ -w "$1" ] || { echo "it cannot be written" >&2; exit 3; }
printf %s "$2" >"$1" || exit 3
sleep "$4"
# Once more where it did not take it: a modem without power helps nobody.
printf %s "$3" >"$1" || printf %s "$3" >"$1" || exit ${ON_REFUSED}`;

/** Not to be interrupted: an abort in between would leave the modem without power. */
export async function powerCycle(
  { name, method }: BoardPower,
  { run }: Pick<Machine, 'run'>,
): Promise<Result<void, PowerFailure>> {
  const refuse = (said: string, { isOff }: { readonly isOff: boolean }) =>
    err({ reason: 'power-not-switched', board: name, said: said.slice(0, 200), isOff } as const);
  if (method.kind === 'commands') {
    for (const command of method.commands) {
      const { code, stderr } = await run(['sh', '-c', RUN_TO_THE_END, 'sh', ...command]);
      if (code !== 0)
        return refuse(`${command.join(' ')}: ${stderr.trim() || `code ${code}`}`, { isOff: false });
    }
    return ok();
  }
  const { path, off, on } = method;
  const { code, stderr } = await run(['sh', '-c', SWITCH_SCRIPT, 'sh', path, off, on, String(POWER_OFF_S)]);
  if (code === 0) return ok();
  return refuse(`${path}: ${stderr.trim() || `code ${code}`}`, { isOff: code === ON_REFUSED });
}
