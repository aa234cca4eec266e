/** `--devices N --models N --seconds N --connections N`. */
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  BEHIND_EVERY,
  CONNECTIONS_DEFAULT,
  CONNECTIONS_MAX,
  DEVICES_DEFAULT,
  DEVICES_MAX,
  MODELS_DEFAULT,
  MODELS_MAX,
  SECONDS_DEFAULT,
  SECONDS_MAX,
} from './limits.ts';

export type LoadArguments = {
  readonly devices: number;
  readonly models: number;
  readonly seconds: number;
  readonly connections: number;
};

const BOUNDS = {
  devices: [DEVICES_DEFAULT, DEVICES_MAX],
  models: [MODELS_DEFAULT, MODELS_MAX],
  seconds: [SECONDS_DEFAULT, SECONDS_MAX],
  connections: [CONNECTIONS_DEFAULT, CONNECTIONS_MAX],
} as const;

/** A failure is a sentence. */
export function readArguments(args: readonly string[]): Result<LoadArguments, string> {
  const option = { type: 'string' } as const;
  const options = { devices: option, models: option, seconds: option, connections: option };
  let given: Partial<Record<keyof LoadArguments, string>>;
  try {
    given = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return err(`${String(error)}\nthere are ${Object.keys(BOUNDS).join(', ')}, each with a number`);
  }
  const numbers: Partial<Record<keyof LoadArguments, number>> = {};
  for (const name of Object.keys(BOUNDS) as (keyof LoadArguments)[]) {
    const [initial, most] = BOUNDS[name];
    const number = Number(given[name] ?? initial);
    if (!Number.isSafeInteger(number) || number < 1 || number > most)
      return err(`--${name} is a whole number from 1 to ${most}`);
    numbers[name] = number;
  }
  const read = numbers as LoadArguments;
  if (read.models % BEHIND_EVERY !== 0) return err(`--models is a multiple of ${BEHIND_EVERY}`);
  return ok(read);
}
