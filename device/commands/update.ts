/** `cistern update`: all of it; what `cistern schedule run` starts. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import type { MaintenanceWindow } from '../schedule/window.ts';
import { displayMode, updateDisplay } from '../ui/update-display.ts';
import { update } from '../update/update.ts';
import { askOnce, costQuestion } from './ask.ts';
import { besideRouter, routerFlag } from './beside-router.ts';
import {
  type CommonFlags,
  channelFlag,
  commonFlags,
  type DownloadFlags,
  downloadFlags,
  type FlashingFlags,
  flashingFlags,
  flashingOptions,
  keepCopyFlag,
  settingsOf,
  windowFlag,
} from './flags.ts';
import { openModemSession, openUpdatePorts } from './session.ts';
import { tellFailure } from './tell.ts';
import { tellResult, UNTOUCHED } from './tell-result.ts';

type UpdateFlags = CommonFlags &
  DownloadFlags &
  FlashingFlags & {
    readonly router?: string;
    readonly version?: string;
    readonly channel?: 'stable' | 'beta';
    readonly keepCopy?: string;
    readonly ask: boolean;
    readonly resumeOnly: boolean;
    readonly window?: MaintenanceWindow;
  };

export const updateCommand = buildCommand<UpdateFlags, [], Context>({
  func: besideRouter(runUpdate),
  parameters: {
    flags: {
      ...commonFlags,
      router: routerFlag,
      version: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: 'This version instead of the newest that fits',
        placeholder: 'version',
      },
      ...downloadFlags,
      keepCopy: keepCopyFlag,
      ...flashingFlags,
      channel: channelFlag,
      ask: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Ask once everything is staged, before the modem is touched',
      },
      resumeOnly: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Only finish what was broken off; begin no update',
      },
      window: windowFlag,
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
      '  cistern update --modem usb:1-1.4 --repository https://firmware.example --root root.json',
      '  cistern update --modem "tcp://192.0.2.1:9008?at=9007"   a modem behind a relay',
      '  cistern update --router root@192.0.2.1                  a modem in a router, over SSH; nothing is installed there',
      '  cistern update --modem auto     the only modem in sight; serial:/dev/ttyUSB0 goes over its ttys',
      '  cistern update --ask            show the plan and ask before the modem is touched',
      '  cistern update --stage /mnt/usb where memory is short',
      '  cistern update --mirror /mnt/stick --limit-rate 500k --max-bytes 100M',
      '  cistern update --json           one JSON event a line, the result last',
    ].join('\n'),
  },
});

async function runUpdate(this: Context, flags: UpdateFlags): Promise<void> {
  const session = await openModemSession(this, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(this, session.failure, { json: flags.json, state: UNTOUCHED });
  const display = updateDisplay(this, displayMode(flags));
  const ports = await openUpdatePorts(this, session.value, display.events);
  if (!ports.ok) return tellFailure(this, ports.failure, { json: flags.json, state: UNTOUCHED });
  const { settings } = session.value;
  const options = {
    ...flashingOptions(settings),
    wanted: flags.version,
    resumeOnly: flags.resumeOnly,
    window: flags.window ?? null,
    channel: settings.channel ?? 'stable',
    metered: settings.metered ?? 'ask',
    askCost: flags.json ? null : costQuestion(this),
    ask: flags.ask ? () => askOnce(this, 'Everything is staged and verified. Flash the modem now?') : null,
  } as const;
  try {
    const result = await update(options, ports.value, this.signal);
    display.end();
    tellResult(this, 'update', result, flags);
  } finally {
    await ports.value.http.close();
  }
}
