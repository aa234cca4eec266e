/** What a command line of RutOS's modem_updater (field 1a) means here: commands of ours, or why it is refused. Pure. */
import { parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { modelOf } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { isUsbPath } from '../transport/bus/ports.ts';

export type ModemUpdaterOptions = {
  readonly list: boolean;
  readonly search: boolean;
  readonly version?: string;
  readonly path?: string;
  readonly usbId?: string;
  readonly number?: number;
  readonly device?: string;
  readonly tty?: string;
  readonly skipValidation: boolean;
  readonly legacy: boolean;
};

export type ModemUpdaterFailure = {
  readonly reason: 'modem-updater-refused';
  /** `unsafe`: it is understood, and would harm the modem. `unclear`: what it means cannot be told. */
  readonly because: 'unsafe' | 'unclear';
  readonly what: string;
  readonly next: string;
};

export type Meaning = {
  /** Commands to be run one after the other, as words behind `cistern`. */
  readonly commands: readonly (readonly string[])[];
  readonly notes: readonly string[];
};

export type Sight = {
  /** The USB path of the router's modem of that number (/etc/board.json); null where it has none. */
  readonly socketOf: (number: number) => string | null;
  /** Whether the modem of that locator is in emergency download mode; without one, the only modem in sight. */
  readonly isInEdl: (modem: string | null) => boolean;
};

export function meaningOf(
  options: ModemUpdaterOptions,
  { socketOf, isInEdl }: Sight,
): Result<Meaning, ModemUpdaterFailure> {
  const refused = refusalOf(options);
  if (refused !== null) return err(refused);
  if (options.search) return ok({ commands: [['devices', '--all']], notes: [] });
  const modem = modemOf(options, socketOf);
  if (!modem.ok) return modem;
  const onModem = modem.value === null ? [] : ['--modem', modem.value];
  if (options.list)
    return ok({
      commands: [
        ['devices', '--all'],
        ['check', ...onModem],
      ],
      notes: [],
    });
  const { version, path } = options;
  if ((version === undefined) === (path === undefined))
    return err(
      unclear('Exactly one of -v VERSION and -p PATH is needed.', 'See cistern modem-updater --help.'),
    );
  if (options.skipValidation && isInEdl(modem.value)) return rescueOf(options, onModem);
  const command =
    path === undefined ? ['update', '--version', version ?? '', ...onModem] : ['flash', path, ...onModem];
  return ok({ commands: [command], notes: options.skipValidation ? [FORCE_NOTE] : [] });
}

/** What -f is for: a modem that cannot say any more what it is, so that nothing can be compared with it. */
function rescueOf(
  { version, path }: Pick<ModemUpdaterOptions, 'version' | 'path'>,
  onModem: readonly string[],
): Result<Meaning, ModemUpdaterFailure> {
  const notes = [RESCUE_NOTE];
  if (path !== undefined) return ok({ commands: [['rescue', path, ...onModem]], notes });
  const parsed = parseFirmwareVersion(version ?? '');
  const model = parsed.ok ? modelOf('quectel', parsed.value) : null;
  if (model === null)
    return err(
      unclear(
        `Which module -v ${version} is for cannot be told, and the modem is in emergency download mode, where it cannot say it.`,
        'Name both: cistern rescue --model MODEL --version VERSION.',
      ),
    );
  return ok({
    commands: [['rescue', '--model', model, '--version', version ?? '', ...onModem]],
    notes,
  });
}

const RESCUE_NOTE =
  '-f: the modem is in emergency download mode, where it cannot say what it is, so it is rescued. It is reset first, which writes nothing; the firmware that you name must be of the hardware and flash size on its label.';

const FORCE_NOTE =
  '-f is not obeyed: a firmware that does not fit is refused all the same. A modem that no longer starts is brought back by cistern rescue.';

function refusalOf({ device, legacy }: ModemUpdaterOptions): ModemUpdaterFailure | null {
  if (legacy) {
    const what = '-l flashes over fastboot, without the checks that the programmer of the modem makes.';
    return unsafe(what, 'Leave -l out: the modem is flashed in emergency download mode.');
  }
  if (device !== undefined && device.toLowerCase() !== 'quectel') {
    const what = `-d ${device} is flashed by another method, which cistern does not have.`;
    return unsafe(what, 'Use the tool of that maker. A Quectel module with a Qualcomm chip is -d Quectel.');
  }
  return null;
}

/** What names the modem; null where nothing does, so that the settings decide. */
function modemOf(
  { usbId, number, tty }: ModemUpdaterOptions,
  socketOf: (number: number) => string | null,
): Result<string | null, ModemUpdaterFailure> {
  if (usbId !== undefined) {
    if (isUsbPath(usbId)) return ok(`usb:${usbId}`);
    const what = `-i ${usbId} is no USB path such as 1-1.4.`;
    return err(unclear(what, 'In old versions -i was the number of the modem: that is -n now.'));
  }
  if (tty !== undefined) return ok(`serial:${tty.startsWith('/dev/') ? tty : `/dev/${tty}`}`);
  if (number === undefined) return ok(null);
  const socket = socketOf(number);
  if (socket !== null) return ok(`usb:${socket}`);
  const what = `Which socket modem ${number} stands in is not known here (/etc/board.json).`;
  return err(unclear(what, 'Name it by its USB path: -i 1-1.4. cistern devices shows it.'));
}

function unsafe(what: string, next: string): ModemUpdaterFailure {
  return { reason: 'modem-updater-refused', because: 'unsafe', what, next };
}

function unclear(what: string, next: string): ModemUpdaterFailure {
  return { reason: 'modem-updater-refused', because: 'unclear', what, next };
}
