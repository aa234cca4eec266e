/** The command line of the modem process. */
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeControlWords } from './control-words.ts';
import { type FaultDeclaration, faultSchema } from './faults.ts';
import { DOCUMENT_FRAMINGS, type DocumentFraming } from './firehose-voice.ts';
import { KNOWN_FIRMWARE_PREFIXES, type ModuleModel, modelForFirmware } from './models.ts';
import { START_STATES, type StartState } from './start-state.ts';
import type { UsbipOptions } from './usbip/usbip-door.ts';

export type ModemArguments = {
  readonly firmware: string;
  readonly usb2tcpPort: number;
  readonly atPort: number;
  readonly model: ModuleModel;
  /** `undefined`: no USB/IP server. */
  readonly usbip: UsbipOptions | undefined;
  readonly badBlocks: readonly number[];
  readonly framing: DocumentFraming;
  readonly startIn: StartState;
  readonly rebootMs: number;
  readonly flashDirectory: string | undefined;
  readonly faults: readonly FaultDeclaration[];
};

export type ArgumentsFailure = { readonly reason: 'usage'; readonly message: string };

export const USAGE = `usage: npm run modem -- --version FIRMWARE [OPTION]...

A simulated modem. Prints one line of JSON with the ports of its doors, then one for every change of its state.

  --version FIRMWARE  what the factory flashes onto a blank chip; its name says which module this is:
                      EC25... or EG25... (2K NAND), RM500Q... (4K NAND), RG650V... (eMMC),
                      e.g. EC25EUGAR06A05M4G_01.003.01.003
  --flash-dir DIR     keep the flash there over restarts
  --bad-blocks LIST   blocks of the chip that were bad from the start, e.g. 40,41
  --start-in STATE    ${START_STATES.join(', ')} (default normal)
  --reboot-ms MS      from leaving the bus to being on it again (default 1000)
  --documents HOW     how the programmer's answers travel: apart, one a transfer (default), joined or cut
  --sahara-bits BITS  READ_DATA of 32 or 64 bits (default: as the module asks)
  --fault JSON        e.g. '{"kind":"cut-power","atTransfer":500}'; may be repeated; test/modem/faults.ts has all

Doors, on the loopback address; 0 takes any free port:
  --usb2tcp PORT      the bulk pair (DIAG, Sahara, Firehose) as QFirehose's relay frames it (default 0)
  --at PORT           the AT port (default 0)
  --usbip PORT        the whole USB device for a Linux kernel: usbip --tcp-port PORT attach -r HOST -b 1-1
  --busid BUSID       where it is in normal mode (default 1-1)
  --speed SPEED       high or super (default: the module's)
  --edl-busid BUSID   where it is in EDL (default: the same)
  --edl-speed SPEED   high or super (default: the module's)

What happens to it, one word a line on standard input:
${describeControlWords()}`;

const port = z.coerce.number().int().min(0).max(65_535);
const busid = z.string().regex(/^\d{1,3}-\d{1,3}(\.\d{1,3}){0,5}$/, 'bus and port path, e.g. 1-1');
const speed = z.enum(['high', 'super']);
const schema = z.strictObject({
  version: z.string().transform((firmware, context) => {
    const model = modelForFirmware(firmware);
    if (model !== undefined) return { firmware, model };
    context.addIssue(
      `no simulated module runs "${firmware}"; there are ${KNOWN_FIRMWARE_PREFIXES.join(', ')}`,
    );
    return z.NEVER;
  }),
  usb2tcp: port.default(0),
  at: port.default(0),
  usbip: port.optional(),
  busid: busid.default('1-1'),
  speed: speed.optional(),
  'edl-busid': busid.optional(),
  'edl-speed': speed.optional(),
  'flash-dir': z.string().min(1).optional(),
  'reboot-ms': z.coerce.number().int().min(0).max(600_000).default(1000),
  'bad-blocks': z
    .string()
    .regex(/^\d{1,6}(,\d{1,6})*$/, 'numbers with commas between them')
    .transform((list) => list.split(',').map(Number))
    .default([]),
  documents: z.enum(DOCUMENT_FRAMINGS).default('apart'),
  'start-in': z.enum(START_STATES).default('normal'),
  'sahara-bits': z.enum(['32', '64']).optional(),
  fault: z.array(z.string().transform(parseJson).pipe(faultSchema)).default([]),
});

/** `help`: the usage is wanted and nothing else. */
export function parseModemArguments(
  args: readonly string[],
): Result<ModemArguments | 'help', ArgumentsFailure> {
  if (args.includes('--help') || args.includes('-h')) return ok('help');
  const read = readOptions(args);
  if (!read.ok) return read;
  const checked = schema.safeParse(read.value);
  if (!checked.success) return err({ reason: 'usage', message: z.prettifyError(checked.error) });
  const { version, usb2tcp, at, usbip, fault, ...rest } = checked.data;
  const { firmware, model } = version;
  const asksIn64Bit =
    rest['sahara-bits'] === undefined ? model.sahara.asksIn64Bit : rest['sahara-bits'] === '64';
  const normal = { busid: rest.busid, speed: rest.speed ?? model.speed.normal };
  const edl = { busid: rest['edl-busid'] ?? rest.busid, speed: rest['edl-speed'] ?? model.speed.edl };
  return ok({
    firmware,
    model: { ...model, sahara: { ...model.sahara, asksIn64Bit } },
    usb2tcpPort: usb2tcp,
    atPort: at,
    usbip: usbip === undefined ? undefined : { port: usbip, normal, edl },
    rebootMs: rest['reboot-ms'],
    flashDirectory: rest['flash-dir'],
    badBlocks: rest['bad-blocks'],
    framing: rest.documents,
    startIn: rest['start-in'],
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
        usbip: text,
        busid: text,
        speed: text,
        'edl-busid': text,
        'edl-speed': text,
        'flash-dir': text,
        'reboot-ms': text,
        'bad-blocks': text,
        documents: text,
        'start-in': text,
        'sahara-bits': text,
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
