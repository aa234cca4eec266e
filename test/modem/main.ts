/**
 * The simulated modem as a process of its own. Prints `{"usb2tcp":PORT,"at":PORT}` (and `"usbip"` where it was asked
 * for) when it is ready, then one JSON event a line; takes one word a line on standard input. Ends on SIGTERM and
 * SIGINT.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { type ModemArguments, parseModemArguments, USAGE } from './arguments.ts';
import { obeyControlWord } from './control-words.ts';
import { SimulatedModem } from './modem.ts';
import { openTcpDoors } from './tcp-doors.ts';
import { openUsbipDoor } from './usbip/usbip-door.ts';

/** EX_USAGE of sysexits. */
const EXIT_USAGE = 64;
/** A kernel hands a transfer on only after its URB came back: a module that leaves at once takes its answer along. */
const LINGER_FOR_KERNEL_MS = 100;

const parsed = parseModemArguments(process.argv.slice(2));
if (!parsed.ok) {
  process.stderr.write(`${parsed.failure.message}\n${USAGE}\n`);
  process.exitCode = EXIT_USAGE;
} else if (parsed.value === 'help') process.stdout.write(`${USAGE}\n`);
else await run(parsed.value);

async function run(given: ModemArguments): Promise<void> {
  const { usb2tcpPort, atPort, usbip, rebootMs, flashDirectory, ...module } = given;
  const modem = new SimulatedModem({
    ...module,
    timing: { rebootMs, lingerMs: usbip === undefined ? 0 : LINGER_FOR_KERNEL_MS },
    ...(flashDirectory === undefined ? {} : { flashDirectory }),
  });
  const doors = await openTcpDoors(modem, { usb2tcp: usb2tcpPort, at: atPort });
  const usbipDoor = usbip === undefined ? undefined : await openUsbipDoor(modem, usbip);
  const words = createInterface({ input: process.stdin });
  const end = async (): Promise<void> => {
    words.close();
    process.stdin.destroy();
    await Promise.all([doors.close(), usbipDoor?.close()]);
    modem.close();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  print({
    usb2tcp: doors.usb2tcpPort,
    at: doors.atPort,
    ...(usbipDoor === undefined ? {} : { usbip: usbipDoor.port }),
  });
  print(describe(modem));
  modem.onStateChange(() => print(describe(modem)));
  // By the modem's own clock, in milliseconds since its start: the same stop-watch for every host.
  modem.onProgram((progress) => print({ event: 'program', ...progress, atMs: performance.now() }));
  words.on('line', (line) => print({ event: 'word', ...obeyControlWord(modem, line.trim()) }));
}

function print(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function describe(modem: SimulatedModem): object {
  const outcome = modem.bootOutcome;
  return {
    event: 'state',
    state: modem.state(),
    transferCount: modem.transferCount,
    ...(outcome?.kind === 'normal'
      ? { firmware: outcome.firmware, calibration: outcome.calibration.kind }
      : {}),
    ...(outcome !== undefined && outcome.kind !== 'normal' ? { because: outcome.because } : {}),
  };
}
