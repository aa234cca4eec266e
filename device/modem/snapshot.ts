/**
 * What works before the update, and whether it works as well after it (P7). A flasher's success with a dead
 * network afterwards is the most common complaint of the field (field 1c), so success is judged here.
 * No identities: that there is an IMEI is noted, never its value (P11).
 */
import * as z from 'zod';
import { ok, type Result } from '../../shared/result.ts';
import type { ModemDoor, Sighting } from '../transport/door.ts';
import type { Pipe } from '../transport/pipe.ts';
import { type AtFailure, askAt, plainLine, prefixedValue } from './at.ts';
import type { IdentifyFailure } from './identify.ts';
import { VALUE_MAX_CHARS } from './limits.ts';

export const snapshotSchema = z.strictObject({
  usbId: z.string().max(20),
  interfaceCount: z.int(),
  usbNetMode: z.string().max(VALUE_MAX_CHARS).nullable(),
  functionality: z.string().max(VALUE_MAX_CHARS).nullable(),
  sim: z.string().max(VALUE_MAX_CHARS).nullable(),
  registration: z.enum(['home', 'roaming', 'none']),
  contexts: z.array(z.string().max(200)).max(32),
  attached: z.boolean(),
  mbnAutoSelect: z.string().max(VALUE_MAX_CHARS).nullable(),
  imeiPresent: z.boolean(),
  // Journals of earlier versions do not have these.
  mbnSelected: z.string().max(VALUE_MAX_CHARS).nullable().default(null),
  /** Roaming as 4G modules, and as 5G modules have it. */
  roamService: z.string().max(VALUE_MAX_CHARS).nullable().default(null),
  roamPreference: z.string().max(VALUE_MAX_CHARS).nullable().default(null),
  /** What makes the ids and interfaces; a new firmware may write it in another way, so it is not compared. */
  usbConfiguration: z.string().max(VALUE_MAX_CHARS).nullable().default(null),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export type Difference = { readonly what: keyof Snapshot; readonly before: string; readonly after: string };

/** Reads the snapshot from a modem in normal mode. */
export async function takeSnapshot(
  door: ModemDoor,
  sighting: Pick<Sighting, 'usbId' | 'interfaceCount'>,
  signal?: AbortSignal,
): Promise<Result<Snapshot, IdentifyFailure>> {
  const at = await door.openAt(signal);
  if (!at.ok) return at;
  const read = await readSnapshot(at.value, sighting, signal);
  await at.value.close();
  return read;
}

/** Whether it is registered as a guest; true also where it does not say: a bill comes later. */
export async function mayBeRoaming(door: ModemDoor, signal?: AbortSignal): Promise<boolean> {
  const at = await door.openAt(signal);
  if (!at.ok) return true;
  const eps = await askAt(at.value, 'AT+CEREG?', signal);
  const circuit = await askAt(at.value, 'AT+CREG?', signal);
  await at.value.close();
  if (!eps.ok || !circuit.ok) return true;
  const lines = [...(eps.value.lines ?? []), ...(circuit.value.lines ?? [])];
  return betterRegistration(lines.filter((line) => /^\+CE?REG:/.test(line))) === 'roaming';
}

async function readSnapshot(
  pipe: Pipe,
  { usbId, interfaceCount }: Pick<Sighting, 'usbId' | 'interfaceCount'>,
  signal?: AbortSignal,
): Promise<Result<Snapshot, AtFailure>> {
  const answers = new Map<string, { first: string | null; all: readonly string[] }>();
  const questions: readonly (readonly [command: string, prefix: string])[] = [
    ['AT+CFUN?', '+CFUN'],
    ['AT+CPIN?', '+CPIN'],
    ['AT+CEREG?', '+CEREG'],
    ['AT+CREG?', '+CREG'],
    ['AT+CGDCONT?', '+CGDCONT'],
    ['AT+CGATT?', '+CGATT'],
    ['AT+QCFG="usbnet"', '+QCFG'],
    ['AT+QMBNCFG="AutoSel"', '+QMBNCFG'],
    ['AT+CGSN', ''],
    ['AT+QMBNCFG="Select"', '+QMBNCFG'],
    ['AT+QCFG="roamservice"', '+QCFG'],
    ['AT+QNWPREFCFG="roam_pref"', '+QNWPREFCFG'],
    ['AT+QCFG="usbcfg"', '+QCFG'],
  ];
  for (const [command, prefix] of questions) {
    const asked = await askAt(pipe, command, signal);
    if (!asked.ok) return asked;
    const lines = asked.value.lines ?? [];
    const first = (prefix === '' ? plainLine(asked.value) : prefixedValue(asked.value, prefix)) ?? null;
    answers.set(command, {
      first: first?.slice(0, VALUE_MAX_CHARS) ?? null,
      all: lines.filter((line) => line.startsWith(`${prefix}:`)),
    });
  }
  const first = (command: string) => answers.get(command)?.first ?? null;
  const all = (command: string) => answers.get(command)?.all ?? [];
  return ok({
    usbId,
    interfaceCount,
    usbNetMode: first('AT+QCFG="usbnet"'),
    functionality: first('AT+CFUN?'),
    sim: first('AT+CPIN?'),
    registration: betterRegistration([...all('AT+CEREG?'), ...all('AT+CREG?')]),
    contexts: all('AT+CGDCONT?').map(readContext).slice(0, 32),
    attached: first('AT+CGATT?') === '1',
    mbnAutoSelect: first('AT+QMBNCFG="AutoSel"'),
    imeiPresent: /^\d{14,16}$/.test(first('AT+CGSN') ?? ''),
    mbnSelected: first('AT+QMBNCFG="Select"'),
    roamService: first('AT+QCFG="roamservice"'),
    roamPreference: first('AT+QNWPREFCFG="roam_pref"'),
    usbConfiguration: first('AT+QCFG="usbcfg"'),
  });
}

/** Context id, type and APN; what follows (addresses) differs from one attach to the next. */
function readContext(line: string): string {
  return line.slice('+CGDCONT:'.length).trim().split(',').slice(0, 3).join(',').slice(0, 200);
}

/** Answers are `n,stat[,…]`; a line that came unasked begins with its state and has no number second (TS 27.007). */
function betterRegistration(lines: readonly string[]): Snapshot['registration'] {
  const states = lines.map((line) => /^\+\w+:\s*\d,\s*(\d+)\s*(,|$)/.exec(line)?.[1]);
  if (states.includes('1')) return 'home';
  return states.includes('5') ? 'roaming' : 'none';
}

/** What is worse than before; better or equal is no difference. Empty means P7 holds. */
export function findWorse(before: Snapshot, after: Snapshot): readonly Difference[] {
  const differences: Difference[] = [];
  const note = (what: keyof Snapshot, isWorse: boolean) => {
    if (isWorse) differences.push({ what, before: show(before[what]), after: show(after[what]) });
  };
  note('usbId', after.usbId !== before.usbId);
  note('interfaceCount', after.interfaceCount !== before.interfaceCount);
  note('usbNetMode', before.usbNetMode !== null && after.usbNetMode !== before.usbNetMode);
  note('functionality', before.functionality === '1' && after.functionality !== '1');
  note('sim', before.sim === 'READY' && after.sim !== 'READY');
  note('registration', before.registration !== 'none' && after.registration === 'none');
  note(
    'contexts',
    before.contexts.some((context) => !after.contexts.includes(context)),
  );
  note('attached', before.attached && !after.attached);
  note('mbnAutoSelect', before.mbnAutoSelect !== null && after.mbnAutoSelect !== before.mbnAutoSelect);
  // Where the modem selects by its SIM, another name may be as right as the one before.
  const selectsItself = /,1$/.test(after.mbnAutoSelect ?? '');
  const isOther = after.mbnSelected !== before.mbnSelected;
  note(
    'mbnSelected',
    before.mbnSelected !== null && isOther && !(selectsItself && after.mbnSelected !== null),
  );
  note('roamService', before.roamService !== null && after.roamService !== before.roamService);
  note('roamPreference', before.roamPreference !== null && after.roamPreference !== before.roamPreference);
  note('imeiPresent', before.imeiPresent && !after.imeiPresent);
  return differences;
}

function show(value: Snapshot[keyof Snapshot]): string {
  return Array.isArray(value) ? value.join(' | ') : String(value);
}
