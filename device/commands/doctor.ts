/** `cistern doctor`: what state is the modem in, why, and what to do, in order. Asks, and changes nothing. */
import { buildCommand } from '@stricli/core';
import { ok, type Result } from '../../shared/result.ts';
import type { Context } from '../context.ts';
import { bundleFiles } from '../doctor/bundle.ts';
import type { Examination } from '../doctor/examination.ts';
import { examine } from '../doctor/examine.ts';
import { readFacts } from '../doctor/facts.ts';
import { paragraph } from '../doctor/paragraph.ts';
import { type Look, NO_MODEM, seeModem } from '../doctor/see-modem.ts';
import { writeBundle } from '../doctor/write-bundle.ts';
import type { UpdateFailure } from '../failure.ts';
import { readVerdict } from '../report/verdict.ts';
import { readLog } from '../schedule/rotating-log.ts';
import { findModems } from '../transport/bus/find-modems.ts';
import type { ModemDoor } from '../transport/door.ts';
import { readAttempt } from '../update/journal.ts';
import { type CommonFlags, commonFlags, settingsOf } from './flags.ts';
import { readSettings } from './session.ts';
import { tellFailure } from './tell.ts';

const { modem, state, config, json } = commonFlags;

type DoctorFlags = Pick<CommonFlags, 'modem' | 'state' | 'config' | 'json'> & {
  readonly bundle?: string;
  readonly log?: string;
};

export const doctorCommand = buildCommand<DoctorFlags, [], Context>({
  func: runDoctor,
  parameters: {
    flags: {
      modem,
      state,
      config,
      json,
      bundle: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: 'Write a support archive without identities (.tar.gz)',
        placeholder: 'file',
      },
      log: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: "A flasher's log to put into the archive",
        placeholder: 'file',
      },
    },
  },
  docs: {
    brief: 'Examine a modem: in which state it is, why, what to do, and whether firmware is to blame',
    fullDescription: [
      'Looks on the bus, and asks a modem in normal mode about SIM, registration, roaming, APN, operator profile (MBN),',
      'bands and USB mode. It only asks: nothing is changed, and commands that would cure something are shown, not sent.',
      'Without --modem it takes the only modem in sight. Stop what uses the AT port (ModemManager, gsmd) if it is silent.',
      '',
      'Exit codes: 0 it was examined, whatever was found; otherwise why it could not be (cistern exit-codes).',
      '',
      'Examples:',
      '  cistern doctor',
      '  cistern doctor --modem usb:1-1.4',
      '  cistern doctor --json | jq -r .firmware.verdict',
      '  cistern doctor --bundle support.tar.gz --log flash.log',
    ].join('\n'),
  },
});

type Session = { readonly look: Look; readonly door: ModemDoor | null; readonly stateDir: string };

async function runDoctor(this: Context, flags: DoctorFlags): Promise<void> {
  const told = { json: flags.json, state: 'Nothing was changed.' };
  const session = await openSession(this, flags);
  if (!session.ok) return tellFailure(this, session.failure, told);
  const { seen, interview } = session.value.look;
  const examination = examine({ seen, facts: interview === null ? null : readFacts(interview) });
  this.stdout.write(flags.json ? `${JSON.stringify(asDocument(examination))}\n` : inWords(examination));
  if (flags.bundle === undefined) return;
  const written = await takeAlong(this, flags.bundle, flags.log, examination, session.value);
  if (!written.ok) return tellFailure(this, written.failure, { ...told, json: false });
  this.stderr.write(`\nwritten to ${flags.bundle}; look through it before you send it\n`);
}

async function openSession(context: Context, flags: DoctorFlags): Promise<Result<Session, UpdateFailure>> {
  const read = await readSettings(context, settingsOf(flags), flags.config);
  if (!read.ok) return read;
  const { settings, stateDir } = read.value;
  const door = await context.openDoor(settings.modem ?? 'auto');
  if (!door.ok) {
    // That none is in sight is a finding, and one with much to do about it.
    return door.failure.reason === 'modem-absent' ? ok({ look: NO_MODEM, door: null, stateDir }) : door;
  }
  const { localPorts, signal } = context;
  const look = await seeModem(door.value, { stateDir, localPorts }, signal);
  return look.ok ? ok({ look: look.value, door: door.value, stateDir }) : look;
}

function asDocument({ seen, facts, summary, firmware, findings, next }: Examination): object {
  const { where, state, usbId } = seen;
  return {
    format: 'cistern-doctor/1',
    where,
    state,
    usbId,
    version: facts?.version ?? null,
    summary,
    firmware,
    findings: findings.map(({ id, level, severity, says }) => ({ id, level, severity, says })),
    next,
  };
}

function inWords({ seen, facts, firmware, findings, next }: Examination): string {
  const where = [seen.where ?? 'no modem', seen.state, seen.usbId, facts?.version].filter(
    (word) => word !== null && word !== undefined,
  );
  return [
    `${where.join('  ')}\n\n`,
    ...findings.map(({ severity, says }) => paragraph(`${MARKS[severity]}  `, says)),
    findings.length === 0 ? 'Nothing in its answers explains a fault.\n' : '',
    '\n',
    paragraph('', firmware.says),
    '\nWhat to do, in this order\n',
    ...next.map(
      ({ what, command }, index) =>
        paragraph(`${String(index + 1).padStart(3)}. `, what) +
        (command === null ? '' : `       ${command}\n`),
    ),
  ].join('');
}

const MARKS = { blocks: 'wrong', limits: 'maybe', note: 'note ' } as const;

async function takeAlong(
  context: Context,
  path: string,
  logPath: string | undefined,
  examination: Examination,
  { look, door, stateDir }: Session,
): Promise<Result<void, UpdateFailure>> {
  const log = logPath === undefined ? ok(null) : await context.readInput(logPath, context.signal);
  if (!log.ok) return log;
  const inSight = await findModems(context.localPorts.sysfs);
  const journal = door === null ? ok(null) : await readAttempt(stateDir, door.key);
  const files = bundleFiles({
    examination,
    interview: look.interview,
    modems: inSight.ok ? inSight.value : null,
    attempt: journal.ok ? journal.value : null,
    verdict: door === null ? null : await readVerdict(stateDir, door.key),
    ownLog: await readLog(stateDir),
    log: log.value === null ? null : log.value.toString('utf8'),
    system: context.systemFacts(),
  });
  return writeBundle(path, files, context.clock.nowMs());
}
