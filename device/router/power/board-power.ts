/** How the power of a modem is cut on which board: a data file, built in (field 4). */
import * as z from 'zod';
import { portChain } from '../../transport/bus/ports.ts';
import type { Machine } from '../machine.ts';
import boardsFile from './boards.json' with { type: 'json' };

const word = z.string().min(1).max(200);
const methodSchema = z.discriminatedUnion('kind', [
  /** A value that is written, held for a while, and taken back. */
  z.strictObject({ kind: z.literal('gpio'), path: word, off: z.string().max(8), on: z.string().max(8) }),
  z.strictObject({
    kind: z.literal('commands'),
    commands: z.array(z.array(word).min(1).max(16)).min(1).max(8),
  }),
]);

const boardSchema = z.strictObject({
  name: z.string().min(1).max(120),
  /** A path that is there on such a board. */
  sign: word,
  /** Sockets that it switches; null where it is not known, or where the method names the socket itself. */
  usbPaths: z
    .array(z.string().regex(/^\d+-\d+(\.\d+)*$/))
    .max(16)
    .nullable(),
  /** False where the modem is only taken off the bus: it stays powered. */
  cutsPower: z.boolean(),
  method: methodSchema,
});
export type BoardPower = z.infer<typeof boardSchema>;

export const BOARDS: readonly BoardPower[] = z
  .strictObject({ format: z.literal('cistern-boards/1'), boards: z.array(boardSchema).min(1).max(200) })
  .parse(boardsFile).boards;

/**
 * The ways to cut the power of the modem in that socket, best first, their words filled in. A board whose switch
 * belongs to another socket is passed over: it would cut off somebody else's modem.
 */
export async function findBoardPowers(
  machine: Pick<Machine, 'isThere' | 'readText'>,
  usbPath: string,
  boards: readonly BoardPower[] = BOARDS,
): Promise<readonly BoardPower[]> {
  const found: BoardPower[] = [];
  const words = await wordsOf(machine, usbPath);
  for (const board of boards) {
    if (board.usbPaths !== null && !board.usbPaths.includes(usbPath)) continue;
    const filled = fill(board, words);
    if (filled !== null && (await machine.isThere(filled.sign))) found.push(filled);
  }
  return found;
}

type Words = Readonly<Record<string, string | null>>;

async function wordsOf(machine: Pick<Machine, 'readText'>, usbPath: string): Promise<Words> {
  const ports = portChain(usbPath).split('.');
  const port = ports.pop() ?? '';
  const bus = usbPath.slice(0, usbPath.indexOf('-'));
  const hub = ports.length === 0 ? bus : `${bus}-${ports.join('.')}`;
  return { usbPath, hub, port, modemNumber: modemNumber(await machine.readText('/etc/board.json'), usbPath) };
}

const boardJsonSchema = z.object({
  modems: z
    .array(
      z.object({
        id: z.string().max(40),
        num: z.union([z.string().regex(/^\d{1,2}$/), z.int().min(0).max(99)]),
      }),
    )
    .max(16),
});

function modemNumber(boardJson: string | null, usbPath: string): string | null {
  const [number = null] = [...modemSockets(boardJson)].find(([, socket]) => socket === usbPath) ?? [];
  return number;
}

/** RutOS numbers its modems in /etc/board.json; the sockets they stand in, by number. */
export function modemSockets(boardJson: string | null): ReadonlyMap<string, string> {
  try {
    const board = boardJsonSchema.safeParse(JSON.parse(boardJson ?? ''));
    return new Map(board.success ? board.data.modems.map(({ id, num }) => [String(num), id]) : []);
  } catch {
    return new Map();
  }
}

/** Null where a word that the board's method needs is not known. */
function fill(board: BoardPower, words: Words): BoardPower | null {
  let isComplete = true;
  const filled = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      isComplete &&= typeof words[name] === 'string';
      return words[name] ?? '';
    });
  const { method } = board;
  const filledMethod =
    method.kind === 'gpio'
      ? { ...method, path: filled(method.path) }
      : { ...method, commands: method.commands.map((command) => command.map(filled)) };
  const result = { ...board, sign: filled(board.sign), method: filledMethod };
  return isComplete ? result : null;
}
