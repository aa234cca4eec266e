/** `cistern devices`: what stands at the given door, in which state, with which version. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { identify } from '../modem/identify.ts';
import { isUnfinished, readAttempt } from '../update/journal.ts';
import { type CommonFlags, commonFlags, settingsOf } from './flags.ts';
import { openModemSession } from './session.ts';
import { tellFailure } from './tell.ts';

export const devicesCommand = buildCommand<CommonFlags, [], Context>({
  func: runDevices,
  parameters: { flags: commonFlags },
  docs: {
    brief: 'Show the modem: where it is, its state, model and version',
    fullDescription: [
      'States: normal, edl (emergency download mode), absent, unsupported.',
      '',
      'Examples:',
      '  cistern devices --modem "tcp://127.0.0.1:9008?at=9007"',
      '  cistern devices --json',
    ].join('\n'),
  },
});

async function runDevices(this: Context, flags: CommonFlags): Promise<void> {
  const told = { json: flags.json, state: 'Nothing was changed.' };
  const session = await openModemSession(this, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(this, session.failure, told);
  const { door, stateDir } = session.value;
  const identity = await identify(door, this, this.signal);
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
  if (seen === null) return identity.ok ? undefined : tellFailure(this, identity.failure, told);
  if (flags.json) {
    this.stdout.write(
      `${JSON.stringify({ format: 'cistern-devices/1', devices: [{ where: door.where, ...seen, unfinished }] })}\n`,
    );
    return;
  }
  const words = [door.where, seen.state, seen.usbId ?? '-', seen.model ?? '-', seen.version ?? '-'];
  this.stdout.write(
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
  if (failure.reason !== 'modem-not-in-normal-mode') return null;
  return { state: failure.state ?? 'unsupported', usbId: failure.usbId ?? null, model: null, version: null };
}
