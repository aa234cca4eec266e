/** The command line of the modem process. */
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import { type FaultDeclaration, faultSchema } from './faults.ts';

export type ModemArguments = {
  readonly firmware: string;
  readonly usb2tcpPort: number;
  readonly atPort: number;
  readonly rebootMs: number;
  readonly flashDirectory: string | undefined;
  readonly faults: readonly FaultDeclaration[];
};

export type ArgumentsFailure = { readonly reason: 'usage'; readonly message: string };

export const USAGE = `usage: main.ts --version FIRMWARE [--usb2tcp PORT] [--at PORT] [--flash-dir DIR]
               [--fault JSON]... [--reboot-ms MS]
  --version FIRMWARE  what the factory flashes onto a blank chip, e.g. EC25EUGAR06A05M4G_01.003.01.003
  --usb2tcp PORT      the bulk pair (DIAG, Sahara, Firehose), 0 takes any free port (default)
  --at PORT           the AT port, 0 takes any free port (default)
  --flash-dir DIR     keep the flash there over restarts
  --fault JSON        e.g. '{"kind":"cut-power","atTransfer":500}'; may be repeated
  --reboot-ms MS      from leaving the bus to being on it again (default 1000)`;

const port = z.coerce.number().int().min(0).max(65_535);
const schema = z.strictObject({
  version: z.string().min(1),
  usb2tcp: port.default(0),
  at: port.default(0),
  'flash-dir': z.string().min(1).optional(),
  'reboot-ms': z.coerce.number().int().min(0).max(600_000).default(1000),
  fault: z.array(z.string().transform(parseJson).pipe(faultSchema)).default([]),
});

export function parseModemArguments(args: readonly string[]): Result<ModemArguments, ArgumentsFailure> {
  const read = readOptions(args);
  if (!read.ok) return read;
  const checked = schema.safeParse(read.value);
  if (!checked.success) return err({ reason: 'usage', message: z.prettifyError(checked.error) });
  const { version, usb2tcp, at, fault, ...rest } = checked.data;
  return ok({
    firmware: version,
    usb2tcpPort: usb2tcp,
    atPort: at,
    rebootMs: rest['reboot-ms'],
    flashDirectory: rest['flash-dir'],
    faults: fault,
  });
}

function readOptions(args: readonly string[]): Result<object, ArgumentsFailure> {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        version: text,
        usb2tcp: text,
        at: text,
        'flash-dir': text,
        'reboot-ms': text,
        fault: { type: 'string', multiple: true },
      },
    });
    return ok({ ...values });
  } catch (error) {
    return err({ reason: 'usage', message: error instanceof Error ? error.message : String(error) });
  }
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue(`not JSON: ${text}`);
    return z.NEVER;
  }
}
