/** The simulated modem as a process of its own, reached over TCP. */
import { join } from 'node:path';
import { REPOSITORY_ROOT, startAndAwaitLine } from './processes.ts';

export type ModemProcess = {
  /** What `cistern --modem` takes. */
  readonly locator: string;
  /** Its states so far, newest last. */
  readonly states: readonly ModemEvent[];
  readonly stop: () => Promise<void>;
};

export type ModemEvent = {
  readonly event: string;
  readonly state: string;
  readonly firmware?: string;
  readonly calibration?: string;
  /** Transfers that the modem has seen since it was started. */
  readonly transferCount: number;
};

const LIFETIME_MS = 12 * 60 * 60 * 1000;

export async function startModem(options: {
  readonly firmware: string;
  readonly rebootMs: number;
  readonly faults?: readonly object[];
  readonly onState?: (event: ModemEvent) => unknown;
}): Promise<ModemProcess> {
  const states: ModemEvent[] = [];
  const faults = (options.faults ?? []).flatMap((fault) => ['--fault', JSON.stringify(fault)]);
  const args = [
    ...[join(REPOSITORY_ROOT, 'test/modem/main.ts'), '--version', options.firmware],
    ...['--usb2tcp', '0', '--at', '0', '--reboot-ms', String(options.rebootMs), ...faults],
  ];
  const { running, line } = await startAndAwaitLine(args, (text) => text.includes('"usb2tcp"'), {
    timeoutMs: LIFETIME_MS,
    onStdoutLine: (text) => {
      const event = JSON.parse(text) as ModemEvent;
      if (event.event !== 'state') return;
      states.push(event);
      options.onState?.(event);
    },
  });
  const { usb2tcp, at } = JSON.parse(line) as { usb2tcp: number; at: number };
  return { locator: `tcp://127.0.0.1:${usb2tcp}?at=${at}`, states, stop: () => running.stop() };
}
