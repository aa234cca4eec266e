/**
 * The simulated modem as a process of its own. Prints `{"usb2tcp":PORT,"at":PORT}` when it is ready, then one JSON
 * event a line. Ends on SIGTERM and SIGINT.
 */
import process from 'node:process';
import { parseModemArguments, USAGE } from './arguments.ts';
import { SimulatedModem } from './modem.ts';
import { openTcpDoors } from './tcp-doors.ts';

/** EX_USAGE of sysexits. */
const EXIT_USAGE = 64;

const parsed = parseModemArguments(process.argv.slice(2));
if (parsed.ok) {
  const { firmware, usb2tcpPort, atPort, rebootMs, flashDirectory, faults } = parsed.value;
  const modem = new SimulatedModem({
    firmware,
    faults,
    timing: { rebootMs },
    ...(flashDirectory === undefined ? {} : { flashDirectory }),
  });
  const print = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
  const describe = () => {
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
  };
  const doors = await openTcpDoors(modem, { usb2tcp: usb2tcpPort, at: atPort });
  const end = async (): Promise<void> => {
    await doors.close();
    modem.close();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  print({ usb2tcp: doors.usb2tcpPort, at: doors.atPort });
  print(describe());
  modem.onStateChange(() => print(describe()));
} else {
  process.stderr.write(`${parsed.failure.message}\n${USAGE}\n`);
  process.exitCode = EXIT_USAGE;
}
