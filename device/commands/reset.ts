/** `cistern reset`: out of emergency download mode, or a crash dump, without writing. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import type { ModemDoor, Sighting } from '../transport/door.ts';
import {
  type ResetEnd,
  type ResetFailure,
  type ResetPorts,
  resetByPower,
  resetToNormal,
} from '../update/reset-to-normal.ts';
import { askOnce, yesFlag } from './ask.ts';
import { type CommonFlags, commonFlags, settingsOf } from './flags.ts';
import { openModemSession, openSurroundings } from './session.ts';
import { tellFailure } from './tell.ts';

type ResetFlags = CommonFlags & { readonly yes: boolean; readonly power: boolean };

export const resetCommand = buildCommand<ResetFlags, [], Context>({
  func: runReset,
  parameters: {
    flags: {
      ...commonFlags,
      power: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief:
          "Cut the modem's power and give it back, by this board's switch, instead of telling it to restart",
      },
      yes: yesFlag,
    },
  },
  docs: {
    brief: 'Bring a modem out of emergency download mode without writing anything',
    fullDescription: [
      'Tells the modem to restart, whatever listens there: the boot ROM (Sahara), a session that somebody broke off, a',
      'programmer that runs already (Firehose), a crash dump. Nothing is erased or written. Then it waits until the modem',
      'is in normal mode and says its version. At a terminal it asks once.',
      '',
      'A modem whose flash holds no whole firmware comes back in emergency download mode: cistern rescue.',
      'A modem in fastboot, one that hears nothing and one that is not on the bus: --power, where the board has a switch.',
      '',
      'Examples:',
      '  cistern reset --modem usb:1-1.4',
      '  cistern reset --modem auto --yes          the only modem in sight, in a script',
      '  cistern reset --modem usb:1-1.4 --power   one that hears nothing, or has left the bus',
      '  cistern reset --modem "tcp://127.0.0.1:9008?at=9007" --json',
    ].join('\n'),
  },
});

async function runReset(this: Context, flags: ResetFlags): Promise<void> {
  const session = await openModemSession(this, settingsOf(flags), flags.config);
  if (!session.ok)
    return tellFailure(this, session.failure, { json: flags.json, state: 'Nothing was done.' });
  const { door, stateDir } = session.value;
  const { processes, timings, clock } = this;
  const onNote = (note: string) => void (flags.json || this.stderr.write(`${note}\n`));
  const surroundings = openSurroundings(this, session.value, onNote);
  const ports = { door, stateDir, processes, timings, clock, surroundings };
  if (flags.power) return runByPower(this, ports, flags);
  const reset = await resetToNormal(ports, (found) => mayReset(this, door, found, flags), this.signal);
  if (!reset.ok)
    return tellFailure(this, reset.failure, { json: flags.json, state: stateAfter(reset.failure) });
  tellEnd(this, door, reset.value, flags);
}

async function runByPower(context: Context, ports: ResetPorts, flags: ResetFlags): Promise<void> {
  const { where } = ports.door;
  const mayCut = async () =>
    flags.yes || !context.isInteractive || askOnce(context, `Cut the power of ${where} now?`);
  const back = await resetByPower(ports, mayCut, context.signal);
  if (!back.ok)
    return tellFailure(context, back.failure, { json: flags.json, state: stateAfter(back.failure) });
  const { model } = back.value;
  const version = back.value.version.text;
  const document = { format: 'cistern-reset/1', where, found: null, state: 'normal', model, version };
  context.stdout.write(
    flags.json
      ? `${JSON.stringify(document)}\n`
      : `${where} has its power again and is in normal mode: ${model} ${version}; nothing was written\n`,
  );
}

function stateAfter({ reason }: ResetFailure): string {
  // What it was asked may have become a part of the image that somebody else had begun to write.
  if (reason === 'modem-silent-in-edl')
    return 'Nothing was erased; what somebody else had begun to write is not whole.';
  return 'Nothing was erased or written.';
}

async function mayReset(
  context: Context,
  { where }: ModemDoor,
  { state, usbId }: Sighting,
  { yes, json }: ResetFlags,
): Promise<boolean> {
  const asks = !yes && context.isInteractive;
  // Who is asked sees what about, on the other stream than what machines read.
  if (!json || asks) {
    const found = state === 'edl' ? 'in emergency download mode' : 'offering a crash dump';
    context.stderr.write(
      `${where} is ${found} (${usbId}); it is told to restart, nothing is erased or written\n`,
    );
  }
  return !asks || askOnce(context, 'Restart the modem now?');
}

function tellEnd(
  { stdout }: Context,
  { where }: ModemDoor,
  { found, identity }: ResetEnd,
  { json }: ResetFlags,
): void {
  const { model } = identity;
  const version = identity.version.text;
  if (json)
    stdout.write(
      `${JSON.stringify({ format: 'cistern-reset/1', where, found, state: 'normal', model, version })}\n`,
    );
  else if (found.state === 'normal')
    stdout.write(`${where} is in normal mode already: ${model} ${version}\n`);
  else
    stdout.write(
      `${where} left ${found.state} and is in normal mode: ${model} ${version}; nothing was written\n`,
    );
}
