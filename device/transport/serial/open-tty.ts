/** Opens a tty raw and for ourselves alone, with npm `serialport`, which is loaded when it is first needed. */
import { access } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { DoorFailure } from '../door.ts';
import { whyNotLoaded } from '../usb/web-usb.ts';
import { BAUD_RATE, ERROR_MAX_CHARS } from './limits.ts';

/** Of serialport's stream, what a pipe uses. */
export type Tty = Pick<SerialPort, 'isOpen' | 'isPaused' | 'pause' | 'resume' | 'on' | 'write' | 'close'>;

/** `isPresent`: the node that was opened is there. While it is open, its number is not given to another. */
export type OpenedTty = { readonly tty: Tty; readonly isPresent: () => Promise<boolean> };

export type OpenTty = (path: string) => Promise<Result<OpenedTty, DoorFailure>>;

export const openTty: OpenTty = async (path) => {
  const loaded = await load();
  if (!loaded.ok) return loaded;
  // Nobody else may read along: a second reader steals half of the answers, and HELLO is said once.
  const tty = new loaded.value({ path, baudRate: BAUD_RATE, lock: true, autoOpen: false });
  const error = await new Promise<Error | null>((resolve) => tty.open(resolve));
  if (error !== null) return err(failureOf(error.message, path));
  const isPresent = () =>
    access(path).then(
      () => true,
      () => false,
    );
  return ok({ tty, isPresent });
};

async function load(): Promise<Result<typeof SerialPort, DoorFailure>> {
  try {
    return ok((await import('serialport')).SerialPort);
  } catch (error) {
    return err({
      reason: 'transport-not-installed',
      npmPackage: 'serialport',
      why: whyNotLoaded(error),
    });
  }
}

/** serialport tells errors apart by message only, in the words of the C library. */
export function failureOf(message: string, path: string): DoorFailure {
  if (/Permission denied|not permitted/i.test(message))
    return { reason: 'device-not-permitted', node: path, kind: 'tty' };
  if (/Cannot lock port|resource busy|temporarily unavailable/i.test(message))
    return { reason: 'device-busy', what: path };
  // It has left since it was seen: No such file, No such device (or address).
  if (/No such/i.test(message)) return { reason: 'modem-absent', where: path };
  return { reason: 'link-broken', why: `${path}: ${message.slice(0, ERROR_MAX_CHARS)}` };
}
