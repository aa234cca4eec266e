/** `cistern modem-updater`: the options of RutOS's modem_updater, with the same meaning, done safely. */
import { buildApplication, buildCommand, buildRouteMap, numberParser, run } from '@stricli/core';
import type { Context } from '../context.ts';
import { modemSockets } from '../router/power/board-power.ts';
import { findModems } from '../transport/bus/find-modems.ts';
import { checkCommand } from './check.ts';
import { devicesCommand } from './devices.ts';
import { flashCommand } from './flash.ts';
import { type ModemUpdaterOptions, meaningOf } from './modem-updater-words.ts';
import { rescueCommand } from './rescue.ts';
import { tellFailure } from './tell.ts';
import { UNTOUCHED } from './tell-result.ts';
import { updateCommand } from './update.ts';

type ModemUpdaterFlags = ModemUpdaterOptions & {
  readonly debug: boolean;
  readonly restart: boolean;
  readonly stage?: string;
  readonly config?: string;
  readonly json: boolean;
};

/** What its command lines may come to. */
const commands = buildApplication(
  buildRouteMap<string, Context>({
    routes: {
      check: checkCommand,
      devices: devicesCommand,
      flash: flashCommand,
      rescue: rescueCommand,
      update: updateCommand,
    },
    docs: { brief: 'What modem-updater may come to' },
  }),
  { name: 'cistern', scanner: { caseStyle: 'allow-kebab-for-camel' } },
);

const text = (value: string) => value;
const option = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: text, optional: true, brief, placeholder }) as const;
const word = (brief: string) => ({ kind: 'boolean', default: false, withNegated: false, brief }) as const;

export const modemUpdaterCommand = buildCommand<ModemUpdaterFlags, [], Context>({
  func: runModemUpdater,
  parameters: {
    flags: {
      list: word('Show the modems, and whether there is an update'),
      search: word('Show modems, those in emergency download mode among them'),
      version: option('Bring the modem to this version, from the repository', 'version'),
      path: option("Flash the vendor's package in that directory or zip", 'path'),
      usbId: option('The modem, by its USB path', '1-1.4'),
      number: {
        kind: 'parsed',
        parse: numberParser,
        optional: true,
        brief: 'The modem, by its number in RutOS',
        placeholder: 'number',
      },
      device: option('The maker: Quectel', 'maker'),
      tty: option('The modem, by the tty of its DIAG', 'ttyUSB0'),
      skipValidation: word('Rescue a modem in emergency download mode; else what does not fit is refused'),
      legacy: word('Refused: fastboot'),
      debug: word('Without effect'),
      restart: word('Without effect'),
      stage: option('Where to stage: auto (memory) or a directory on a disk', 'where'),
      config: option('Settings file (default /etc/cistern/config.json)', 'file'),
      json: word('Machine-readable output on stdout'),
    },
    aliases: {
      g: 'list',
      s: 'search',
      v: 'version',
      p: 'path',
      i: 'usbId',
      n: 'number',
      d: 'device',
      t: 'tty',
      f: 'skipValidation',
      l: 'legacy',
      D: 'debug',
      r: 'restart',
    },
  },
  docs: {
    brief: 'The options of modem_updater (RutOS), with the same meaning, done safely',
    fullDescription: [
      'Everything is fetched, verified and staged before the modem leaves normal mode; the version must fit; success is',
      'what the modem says afterwards. Repository and root come from the settings, as for cistern update.',
      '',
      '  -v VERSION   cistern update --version VERSION         -p PATH   cistern flash PATH',
      '  -g           cistern devices, cistern check           -s        cistern devices',
      '  -f           a modem in emergency download mode: cistern rescue; else not obeyed: what does not fit is refused',
      '  -l, and any -d but Quectel, are refused',
      '',
      'Examples:',
      '  cistern modem-updater -i 1-1.4 -v EC25EUGAR08A03M4G_01.200.01.200',
      '  cistern modem-updater -f -v EC25EUGAR08A03M4G_01.200.01.200 -n 0 -d Quectel -i 1-1.4',
      '  cistern modem-updater -i 1-1.4 -p /mnt/usb/EC25EUGAR08A03M4G_01.200.01.200.zip',
      '  cistern modem-updater -g',
      '  cistern modem-updater -s',
    ].join('\n'),
  },
});

async function runModemUpdater(this: Context, flags: ModemUpdaterFlags): Promise<void> {
  const sockets = modemSockets(await this.machine.readText('/etc/board.json'));
  const found = await findModems(this.localPorts.sysfs);
  const inSight = found.ok ? found.value : [];
  const meaning = meaningOf(flags, {
    socketOf: (number) => sockets.get(String(number)) ?? null,
    isInEdl: (modem) => {
      const meant = inSight.filter(({ path }) => modem === null || modem === `usb:${path}`);
      return meant.length === 1 && meant[0]?.state === 'edl';
    },
  });
  if (!meaning.ok) return tellFailure(this, meaning.failure, { json: flags.json, state: UNTOUCHED });
  const shared = [
    ...(flags.config === undefined ? [] : ['--config', flags.config]),
    ...(flags.json ? ['--json'] : []),
  ];
  const stage = flags.stage === undefined ? [] : ['--stage', flags.stage];
  // modem_updater never asks; at a terminal we do.
  const unasked = this.isInteractive ? [] : ['--yes'];
  for (const note of meaning.value.notes) this.stderr.write(`${note}\n`);
  for (const words of meaning.value.commands) {
    const own =
      { update: stage, flash: [...stage, ...unasked], rescue: [...stage, ...unasked] }[words[0] ?? ''] ?? [];
    if (!flags.json) this.stderr.write(`cistern ${[...words, ...own, ...shared].join(' ')}\n`);
    await run(commands, [...words, ...own, ...shared], this);
  }
}
