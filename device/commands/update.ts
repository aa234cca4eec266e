/** `cistern update`: all of it; what cron runs. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { exitCodeOf } from '../exit-code.ts';
import { exitOf } from '../report/explain-end.ts';
import { updateDisplay } from '../ui/update-display.ts';
import type { UpdateResult } from '../update/attempt.ts';
import { update } from '../update/update.ts';
import {
  type CommonFlags,
  channelFlag,
  commonFlags,
  type DownloadFlags,
  downloadFlags,
  settingsOf,
} from './flags.ts';
import { openModemSession, openUpdatePorts } from './session.ts';
import { tellFailure } from './tell.ts';

type UpdateFlags = CommonFlags &
  DownloadFlags & {
    readonly version?: string;
    readonly channel?: 'stable' | 'beta';
    readonly keepCopy?: string;
    readonly ask: boolean;
    readonly quiet: boolean;
  };

export const updateCommand = buildCommand<UpdateFlags, [], Context>({
  func: runUpdate,
  parameters: {
    flags: {
      ...commonFlags,
      version: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: 'This version instead of the newest that fits',
        placeholder: 'version',
      },
      ...downloadFlags,
      keepCopy: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: 'Directory on a disk that keeps a copy of the package until the modem is updated',
        placeholder: 'directory',
      },
      channel: channelFlag,
      ask: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Ask once everything is staged, before the modem is touched',
      },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress, only the verdict' },
    },
    aliases: { q: 'quiet' },
  },
  docs: {
    brief: 'Bring the modem to the newest firmware that fits it',
    fullDescription: [
      'Identifies the modem, polls the repository, fetches and verifies the package, stages it, and only then flashes;',
      'reads everything back, waits for the modem to confirm, and reports. An update that was broken off is taken up',
      'first. Ctrl-C is safe at any time: before the first erase it stops, after it the flashing is finished.',
      '',
      'Examples:',
      '  cistern update --modem "tcp://127.0.0.1:9008?at=9007" --repository https://firmware.example --root root.json',
      '  cistern update --ask            ask before the modem is touched',
      '  cistern update --stage /mnt/usb where memory is short',
      '  cistern update --mirror /mnt/stick --limit-rate 500k --max-bytes 100M',
      '  cistern update --json           one JSON event a line, the result last',
    ].join('\n'),
  },
});

const UNTOUCHED = 'The modem was not touched.';

async function runUpdate(this: Context, flags: UpdateFlags): Promise<void> {
  const session = await openModemSession(this, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(this, session.failure, { json: flags.json, state: UNTOUCHED });
  const mode = flags.json ? 'json' : flags.quiet ? 'quiet' : 'text';
  const display = updateDisplay(this, mode);
  const ports = await openUpdatePorts(this, session.value, display.events);
  if (!ports.ok) return tellFailure(this, ports.failure, { json: flags.json, state: UNTOUCHED });
  const { settings } = session.value;
  const options = {
    wanted: flags.version,
    channel: settings.channel ?? 'stable',
    stage: settings.stage ?? 'auto',
    ask: flags.ask ? () => confirmed(this) : null,
  } as const;
  try {
    const result = await update(options, ports.value, this.signal);
    display.end();
    tellResult(this, result, flags);
  } finally {
    await ports.value.http.close();
  }
}

async function confirmed(context: Context): Promise<boolean> {
  const answer = await context.askLine('Everything is staged and verified. Flash the modem now? [y/N] ');
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}

function tellResult(context: Context, result: UpdateResult, { json }: Pick<UpdateFlags, 'json'>): void {
  switch (result.kind) {
    case 'refused':
      tellFailure(context, result.failure, { json, state: UNTOUCHED });
      return;
    case 'up-to-date': {
      const { model, version, considered } = result;
      if (json)
        context.stdout.write(
          `${JSON.stringify({ format: 'cistern-update/1', result: 'up-to-date', model, version, considered })}\n`,
        );
      else context.stdout.write(`up to date ${model} ${version}: nothing newer fits and is rolled out\n`);
      return;
    }
    case 'attempted': {
      const { verdict, failure, delivery } = result;
      context.setExitCode(exitCodeOf(exitOf({ outcome: verdict.outcome, failure }), context.signal));
      if (json) {
        context.stdout.write(
          `${JSON.stringify({ format: 'cistern-update/1', result: verdict.outcome, verdict, delivery })}\n`,
        );
        return;
      }
      if (delivery.waiting > 0)
        context.stderr.write(`  ${delivery.waiting} report(s) wait for an uplink (${delivery.why})\n`);
      if (verdict.outcome === 'updated') {
        const reported = delivery.delivered.includes(verdict.id) ? 'reported' : 'report waits';
        context.stdout.write(
          `updated ${verdict.model} ${verdict.fromVersion} -> ${verdict.toVersion}: read back, confirmed, ${reported}\n`,
        );
        return;
      }
      context.stderr.write(`cistern: ${verdict.what}\n  state: ${verdict.state}\n  next:  ${verdict.next}\n`);
      context.stdout.write(
        `${verdict.outcome} ${verdict.model} ${verdict.fromVersion} -> ${verdict.toVersion}: ${verdict.reason}\n`,
      );
    }
  }
}
