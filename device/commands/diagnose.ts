/** `cistern diagnose FILE|-`: what a flasher's log shows. Asks neither modem nor network. */
import { buildCommand } from '@stricli/core';
import { diagnose } from '../../shared/diagnosis/diagnose.ts';
import type { Diagnosis, Finding } from '../../shared/diagnosis/diagnosis.ts';
import type { Context } from '../context.ts';
import { paragraph } from '../doctor/paragraph.ts';
import { tellFailure } from './tell.ts';

type DiagnoseFlags = { readonly json: boolean; readonly all: boolean };

export const diagnoseCommand = buildCommand<DiagnoseFlags, [string], Context>({
  func: runDiagnose,
  parameters: {
    flags: {
      json: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Machine-readable output on stdout',
      },
      all: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Show also what is harmless and how far it got',
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'The log; - reads standard input', placeholder: 'FILE|-', parse: (text: string) => text },
      ],
    },
  },
  docs: {
    brief: 'Read the log of a flasher: what happened, what became of the modem, what to do',
    fullDescription: [
      'Reads logs of QFirehose and modem_updater in any version, and of cistern itself (text and --json); torn, with or',
      'without timestamps, pasted through a forum. Asks neither modem nor network, and changes nothing.',
      '',
      'It says whether the flash was touched (untouched, erased, partly-written, written, unknown), in which state the',
      'modem was left, and what to do in order. What the log does not show is said to be unknown. Identities (IMEI, ICCID,',
      'IMSI, numbers, keys) are left out of what it shows.',
      '',
      'Exit codes: 0 the log was read, whatever it shows; 64 the file cannot be read or is too large.',
      '',
      'Examples:',
      '  cistern diagnose flash.log',
      '  cistern diagnose -                                   paste the log, end with Ctrl-D',
      '  logread -e modem_updater | cistern diagnose -',
      '  cistern diagnose flash.log --json | jq -r .flash.state',
    ].join('\n'),
  },
});

async function runDiagnose(this: Context, flags: DiagnoseFlags, path: string): Promise<void> {
  if (path === '-' && this.isInteractive) this.stderr.write('paste the log, then press Ctrl-D\n');
  const read = await this.readInput(path, this.signal);
  if (!read.ok) return tellFailure(this, read.failure, { json: flags.json, state: 'Nothing was changed.' });
  const diagnosis = diagnose(read.value.toString('utf8'));
  this.stdout.write(flags.json ? `${JSON.stringify(diagnosis)}\n` : inWords(diagnosis, flags));
}

function inWords(diagnosis: Diagnosis, { all }: Pick<DiagnoseFlags, 'all'>): string {
  const { summary, flash, modem, findings, next } = diagnosis;
  const shown = findings.filter(({ kind }) => all || (kind !== 'harmless' && kind !== 'step'));
  const certainty = modem.certainty === 'likely' ? ' (likely)' : '';
  return [
    paragraph('', summary),
    '\n',
    paragraph(`flash  ${flash.state}: `, flash.says),
    paragraph(`modem  ${modem.state}${certainty}: `, modem.says),
    ...(shown.length === 0 ? [] : ['\nWhat shows it', ofLog(diagnosis), '\n']),
    ...shown.map(findingInWords),
    '\nWhat to do, in this order\n',
    ...next.map(
      ({ what, command }, index) =>
        paragraph(`${String(index + 1).padStart(3)}. `, what) +
        (command === null ? '' : `       ${command}\n`),
    ),
  ].join('');
}

function ofLog({ log }: Diagnosis): string {
  const tools = log.tools.map(({ name, version }) => (version === null ? name : `${name} ${version}`));
  const facts = [...tools, `${log.lines} lines`];
  if (log.linesSkipped > 0) facts.push(`the first ${log.linesSkipped} were not read`);
  if (log.runs > 0 && !log.isComplete) facts.push('it breaks off');
  return ` (${facts.join(', ')})`;
}

function findingInWords({ kind, line, text, times, says }: Finding): string {
  const first = `${String(line).padStart(6)}  ${kind.padEnd(8)}  `;
  const again = times > 1 ? ` (${times} times)` : '';
  return `${paragraph(first, says + again)}${' '.repeat(18)}| ${text}\n`;
}
