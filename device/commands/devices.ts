/**
 * `cistern devices`: what stands at the given door, in which state, with which version; without a door every modem
 * that is plugged in.
 */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { identify } from '../modem/identify.ts';
import { isUnfinished, readAttempt } from '../update/journal.ts';
import { type CommonFlags, commonFlags, settingsOf } from './flags.ts';
import { type ListedModem, listModems } from './list-modems.ts';
import { openModemSession, readSettings } from './session.ts';
import { tellFailure } from './tell.ts';

type DevicesFlags = CommonFlags & { readonly all: boolean };

export const devicesCommand = buildCommand<DevicesFlags, [], Context>({
  func: runDevices,
  parameters: {
    flags: {
      ...commonFlags,
      all: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Every modem that is plugged in, even where the settings name one',
      },
    },
  },
  docs: {
    brief: 'Show modems: where they are, their state, model and version',
    fullDescription: [
      'With a modem named (--modem, CISTERN_MODEM, the configuration) that one is asked what it is. Otherwise every',
      'modem that is plugged in is listed, and none is opened.',
      '',
      'States: normal, edl (emergency download mode), ram-dump (it has crashed), fastboot, not-qualcomm (it has no EDL),',
      'absent, unsupported.',
      '',
      'Examples:',
      '  cistern devices                   what is plugged in',
      '  cistern devices --modem usb:1-1.4 which model is it, which version runs on it',
      '  cistern devices --modem "tcp://127.0.0.1:9008?at=9007"',
      '  cistern devices --json',
    ].join('\n'),
  },
});

async function runDevices(this: Context, flags: DevicesFlags): Promise<void> {
  const told = { json: flags.json, state: 'Nothing was changed.' };
  const read = await readSettings(this, settingsOf(flags), flags.config);
  if (!read.ok) return tellFailure(this, read.failure, told);
  if (read.value.settings.modem === undefined || flags.all) return showAll(this, read.value.stateDir, told);
  return showOne(this, flags, told);
}

type Told = { readonly json: boolean; readonly state: string };

async function showAll(context: Context, stateDir: string, told: Told): Promise<void> {
  const modems = await listModems(stateDir, context.localPorts);
  if (!modems.ok) return tellFailure(context, modems.failure, told);
  if (told.json) {
    const devices = modems.value.map((modem) => ({ ...modem, model: null, version: null }));
    context.stdout.write(`${JSON.stringify({ format: 'cistern-devices/1', devices })}\n`);
  } else context.stdout.write(table(modems.value));
  const closed = modems.value.find(({ permitted }) => !permitted);
  if (closed === undefined) return;
  const failure = { reason: 'device-not-permitted', node: closed.node, kind: 'usb' } as const;
  tellFailure(context, failure, { ...told, json: false });
}

function table(modems: readonly ListedModem[]): string {
  if (modems.length === 0)
    return 'no modem is plugged in; one behind a relay is named with --modem tcp://HOST:9008?at=PORT\n';
  const rows = modems.map(({ where, state, usbId, name, drivers, next }) => [
    where,
    state,
    usbId,
    name,
    drivers.join(',') || '-',
    next,
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) => row.map((word, column) => word.padEnd(widths[column] ?? 0));
  return rows.map((row) => `${line(row).join('  ').trimEnd()}\n`).join('');
}

async function showOne(context: Context, flags: DevicesFlags, told: Told): Promise<void> {
  const session = await openModemSession(context, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(context, session.failure, told);
  const { door, stateDir } = session.value;
  const identity = await identify(door, context, context.signal);
  const journal = await readAttempt(stateDir, door.key);
  const unfinished = journal.ok && journal.value !== null && isUnfinished(journal.value);
  const seen = identity.ok
    ? {
        state: 'normal',
        usbId: identity.value.usbId,
        model: identity.value.model,
        version: identity.value.version.text,
      }
    : notNormal(identity.failure);
  if (seen === null) return identity.ok ? undefined : tellFailure(context, identity.failure, told);
  if (flags.json) {
    context.stdout.write(
      `${JSON.stringify({ format: 'cistern-devices/1', devices: [{ where: door.where, ...seen, unfinished }] })}\n`,
    );
    return;
  }
  const words = [door.where, seen.state, seen.usbId ?? '-', seen.model ?? '-', seen.version ?? '-'];
  context.stdout.write(
    `${words.join('  ')}${unfinished ? '  (an update is unfinished: run cistern update)' : ''}\n`,
  );
}

type Seen = {
  readonly state: string;
  readonly usbId: string | null;
  readonly model: string | null;
  readonly version: string | null;
};

/** A modem that is not in normal mode is an answer, not an error; null for what is one. */
function notNormal(
  failure: { readonly reason: string } & Partial<{ readonly state: string; readonly usbId: string }>,
): Seen | null {
  if (failure.reason === 'modem-absent') return { state: 'absent', usbId: null, model: null, version: null };
  // DIAG has answered; who it is, only AT says.
  if (failure.reason === 'at-port-not-named')
    return { state: 'normal', usbId: null, model: null, version: null };
  if (failure.reason !== 'modem-not-in-normal-mode') return null;
  return { state: failure.state ?? 'unsupported', usbId: failure.usbId ?? null, model: null, version: null };
}
