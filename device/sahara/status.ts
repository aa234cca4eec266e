/** What the modem means by an END_IMAGE status, 0x01 to 0x28 (edl 1b). */

const MEANINGS: ReadonlyMap<number, string> = new Map([
  [0x01, 'invalid command received'],
  [0x02, 'protocol mismatch'],
  [0x03, 'invalid target protocol version'],
  [0x04, 'invalid host protocol version'],
  [0x05, 'invalid packet size'],
  [0x06, 'unexpected image id'],
  [0x07, 'invalid header size'],
  [0x08, 'invalid data size'],
  [0x09, 'invalid image type'],
  [0x0a, 'invalid transmit length'],
  [0x0b, 'invalid receive length'],
  [0x0c, 'transmit or receive failed'],
  [0x0d, 'error while reading the image'],
  [0x0e, 'the programmer has more program headers than the modem reads'],
  [0x0f, 'invalid program header size in the programmer'],
  [0x10, 'the programmer has several shared segments'],
  [0x11, 'the programmer lacks the place of its program headers'],
  [0x12, 'the programmer wants to be loaded where it may not'],
  [0x13, 'invalid data size in the header of the programmer'],
  [0x14, 'invalid ELF header in the programmer'],
  [0x15, 'unknown error of the host'],
  [0x16, 'the modem waited too long for data'],
  [0x17, 'the modem waited too long to send'],
  [0x18, 'invalid mode asked for'],
  [0x19, 'invalid memory read'],
  [0x1a, 'invalid size of a data request'],
  [0x1b, 'memory debug is not supported'],
  [0x1c, 'invalid mode switch'],
  [0x1d, 'a command failed'],
  [0x1e, 'invalid parameter of a command'],
  [0x1f, 'the command is not supported'],
  [0x20, 'data of another command was asked for'],
  [0x21, 'the programmer is not signed for this modem'],
  [0x22, 'the programmer does not match its signature'],
  [0x23, 'the programmer carries no hashes'],
  [0x24, 'initialisation failed'],
  [0x25, 'the programmer is not signed for this modem'],
  [0x26, 'invalid size of the hashes in the programmer'],
  [0x27, 'enumeration on the bus failed'],
  [0x28, 'a transfer on the bus failed'],
]);

export function meaningOfStatus(status: number): string {
  return MEANINGS.get(status) ?? `status 0x${status.toString(16)}`;
}

const REJECTIONS: ReadonlySet<number> = new Set([
  0x06, 0x09, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x25, 0x26,
]);

/** Statuses that say that this programmer is not one for this modem: trying again cannot help. */
export function rejectsProgrammer(status: number): boolean {
  return REJECTIONS.has(status);
}
