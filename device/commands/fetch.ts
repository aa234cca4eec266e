/** `cistern fetch`: a release downloaded and verified onto a disk, for an update at another time. */
import { buildCommand } from '@stricli/core';
import { requireSetting } from '../config.ts';
import type { Context } from '../context.ts';
import { displayMode, updateDisplay } from '../ui/update-display.ts';
import { type FetchedAhead, fetchAhead } from '../update/fetch-ahead.ts';
import { costQuestion } from './ask.ts';
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

type FetchFlags = CommonFlags &
  DownloadFlags & {
    readonly version?: string;
    readonly channel?: 'stable' | 'beta';
    readonly quiet: boolean;
  };

export const fetchCommand = buildCommand<FetchFlags, [], Context>({
  func: runFetch,
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
      channel: channelFlag,
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress, only the result' },
    },
    aliases: { q: 'quiet' },
  },
  docs: {
    brief: 'Download and verify the release that would be installed, onto a disk',
    fullDescription: [
      'Asks the modem what it runs and the repository what fits, and brings that package onto the disk that --stage',
      'names. A download that is broken off goes on where it stopped. cistern update with the same --stage flashes it',
      'without fetching anything again; it verifies everything once more before.',
      '',
      'Examples:',
      '  cistern fetch --stage /mnt/usb',
      '  cistern fetch --stage /mnt/usb --limit-rate 200k --interface eth0',
    ].join('\n'),
  },
});

async function runFetch(this: Context, flags: FetchFlags): Promise<void> {
  const told = { json: flags.json, state: 'The modem was not touched.' };
  const session = await openModemSession(this, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(this, session.failure, told);
  const { settings } = session.value;
  const stage = requireSetting({ ...settings, stage: onDisk(settings.stage) }, 'stage');
  if (!stage.ok) return tellFailure(this, stage.failure, told);
  const display = updateDisplay(this, displayMode(flags));
  const ports = await openUpdatePorts(this, session.value, display.events);
  if (!ports.ok) return tellFailure(this, ports.failure, told);
  try {
    const channel = settings.channel ?? 'stable';
    const askCost = flags.json ? null : costQuestion(this);
    const metered = settings.metered ?? 'ask';
    const options = { wanted: flags.version, channel, stage: stage.value, metered, askCost };
    const fetched = await fetchAhead(options, ports.value, this.signal);
    display.end();
    if (!fetched.ok) return tellFailure(this, fetched.failure, told);
    this.stdout.write(
      flags.json
        ? `${JSON.stringify({ format: 'cistern-fetch/1', ...fetched.value })}\n`
        : inWords(fetched.value),
    );
  } finally {
    await ports.value.http.close();
  }
}

/** Memory would forget it: the stage has to be named. */
function onDisk(stage: string | undefined): string | undefined {
  return stage === 'auto' ? undefined : stage;
}

function inWords(fetched: FetchedAhead): string {
  const { model, version } = fetched;
  if (fetched.kind === 'up-to-date')
    return `up to date ${model} ${version}: nothing newer fits and is rolled out\n`;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const cost = `${megabytes(fetched.storedBytes)} MB, of which ${megabytes(fetched.fetchedBytes)} MB came over the network`;
  return `fetched ${model} ${version} into ${fetched.directory}: verified, ${cost}\n`;
}
