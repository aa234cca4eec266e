/** `cistern schedule run`: what timer and hooks start. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { exitCodeOf } from '../exit-code.ts';
import { loadDeviceIdentity } from '../report/device-key.ts';
import { startLeftStopped } from '../router/services/stop-services.ts';
import { MINUTES_OF_DAY } from '../schedule/limits.ts';
import { runScheduled } from '../schedule/run-scheduled.ts';
import { loggerSyslog } from '../schedule/syslog.ts';
import type { MaintenanceWindow } from '../schedule/window.ts';
import { removeLeftStages } from '../update/clear-up.ts';
import { type CommonFlags, commonFlags, settingsOf, windowFlag } from './flags.ts';
import { ownCommand } from './own-command.ts';
import { readSettings } from './session.ts';
import { tellFailure } from './tell.ts';

type RunFlags = CommonFlags & {
  readonly trigger: 'timer' | 'resume';
  readonly spread: number;
  readonly window?: MaintenanceWindow;
};

export const scheduleRunCommand = buildCommand<RunFlags, [], Context>({
  func: runRun,
  parameters: {
    flags: {
      ...commonFlags,
      trigger: {
        kind: 'enum',
        values: ['timer', 'resume'],
        brief: 'timer: look for an update; resume: only finish what was broken off',
      },
      spread: {
        kind: 'parsed',
        parse: minutes,
        default: '0',
        brief: 'Minutes over which devices spread: this one waits for its own',
        placeholder: 'minutes',
      },
      window: windowFlag,
    },
  },
  docs: {
    brief: 'What timer and hooks start: an update that is quiet unless something happened',
    fullDescription: [
      'Starts cistern update as a process of its own and ends with its code. What happened goes to the system log and to',
      'log/cistern.log in the state directory; a modem that is up to date is not mentioned. With --trigger timer it waits',
      'up to ten minutes before, so that many devices do not ask at one moment.',
      '',
      'Examples:',
      '  cistern schedule run --trigger timer',
      '  cistern schedule run --trigger resume       after a boot, or when a modem turns up in EDL',
    ].join('\n'),
  },
});

async function runRun(this: Context, flags: RunFlags): Promise<void> {
  const told = { json: flags.json, state: 'The modem was not touched.' };
  const read = await readSettings(this, settingsOf(flags), flags.config);
  if (!read.ok) return tellFailure(this, read.failure, told);
  const { settings, stateDir } = read.value;
  const identity = await loadDeviceIdentity(stateDir);
  if (!identity.ok) return tellFailure(this, identity.failure, told);
  const onNote = (note: string) => this.stderr.write(`cistern: ${note}\n`);
  const end = await runScheduled(
    {
      trigger: flags.trigger,
      spreadMinutes: flags.spread,
      program: ownCommand(this),
      flags: passedOn(flags),
      modem: settings.modem ?? null,
      window: flags.window ?? null,
    },
    {
      stateDir,
      deviceId: identity.value.deviceId,
      clock: this.clock,
      random: this.random,
      tellSyslog: loggerSyslog,
      clearUpAfterDeadRuns: async () => {
        const { machine, processes, clock, stagePlatform } = this;
        const ports = { stateDir, machine, processTable: processes, clock, onNote };
        await startLeftStopped({ exceptFor: null }, ports);
        // A hook begins no update that could take up what lies there.
        const spares = () => flags.trigger === 'timer';
        await removeLeftStages({ spares }, { stagePlatform, stateDir, events: { onNote } });
      },
      onNote,
    },
    this.signal,
  );
  const code =
    end.kind === 'ran' ? end.code : end.kind === 'interrupted' ? exitCodeOf('INTERRUPTED', this.signal) : 0;
  this.setExitCode(code);
  if (flags.json) this.stdout.write(`${JSON.stringify({ format: 'cistern-schedule-run/1', ...end })}\n`);
}

/** The modem is not among them: the run names it. */
function passedOn({ repository, root, state, config }: RunFlags): readonly string[] {
  const given = Object.entries({ repository, root, state, config });
  return given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
}

/** stricli turns what is thrown here into a wrong command line. */
function minutes(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > MINUTES_OF_DAY)
    throw new SyntaxError(`${text} is no number of minutes`);
  return number;
}
