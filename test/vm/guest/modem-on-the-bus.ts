/** What every scenario with a modem does first, and what the kernel must have made of it. */
import assert from 'node:assert/strict';
import { deviceWith, type Guest, type UsbDevice } from './guest.ts';

export const NORMAL_ID = '2c7c:0125';
export const EDL_ID = '05c6:9008';
/** A module's bus id as the simulated modem exports it. */
export const BUS_ID = '1-1';
const NORMAL_TTYS = 4;
/** `4B 65 01 00`, its CRC and the frame's end: the DIAG command that switches to EDL (edl 1a), for printf. */
const EDL_COMMAND = '\\113\\145\\001\\000\\124\\017\\176';

const MODULES = ['vhci-hcd', 'option', 'qcserial', 'qmi_wwan'];

type Expected = { readonly busIds?: readonly string[]; readonly usbId?: string };

/** Loads the drivers, attaches the modem by Debian's usbip, and answers it with its four ttys. */
export async function modemAppears(guest: Guest, expected: Expected = {}): Promise<UsbDevice> {
  await modemIsPluggedIn(guest, expected);
  return modemIsThere(guest, expected);
}

/** The same with a modem that may be in any mode, and comes in its own time. */
export async function modemIsPluggedIn(guest: Guest, { busIds = [BUS_ID] }: Expected = {}): Promise<void> {
  await driversAreLoaded(guest);
  guest.plugIn(...busIds);
}

export async function driversAreLoaded(guest: Guest): Promise<void> {
  await guest.must('modprobe', ['-a', ...MODULES]);
}

/** In normal mode, with four ttys and QMI. */
export function modemIsThere(guest: Guest, { usbId = NORMAL_ID }: Expected = {}): Promise<UsbDevice> {
  return guest.await('the modem on the bus with all its drivers', async () => {
    const modem = await deviceWith(usbId, NORMAL_TTYS);
    return modem?.interfaces.every(({ driver }) => driver !== null) === true ? modem : null;
  });
}

/** Switches to EDL through the DIAG tty as another program would, and awaits qcserial on what comes back. */
export async function modemEntersEdl(guest: Guest, modem: UsbDevice): Promise<UsbDevice> {
  const diag = `/dev/${modem.interfaces[0]?.ttys[0]}`;
  // The reader is there first: the modem leaves the bus at once, and a hang-up drops what nobody has read.
  const echoed = await guest.must('sh', [
    '-c',
    `exec 3<>${diag} && stty raw -echo <&3 && { { sleep 0.5; printf '${EDL_COMMAND}' >&3; } & timeout 5 head -c 7 <&3 | od -An -tx1; }`,
  ]);
  assert.equal(echoed.trim(), '4b 65 01 00 54 0f 7e', 'the echo of the DIAG command');
  return guest.await('the modem in EDL with its tty', () => deviceWith(EDL_ID, 1));
}

export function lastJsonLine(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}
