/** What the modem means by an END_IMAGE status (edl 1b). */

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
  [0x0c, 'transmit failed'],
  [0x0d, 'error while reading the image'],
  [0x16, 'the modem waited too long for data'],
  [0x21, 'the programmer is not signed for this modem'],
  [0x22, 'the programmer does not match its signature'],
  [0x24, 'initialisation failed'],
  [0x25, 'the programmer is not signed for this modem'],
]);

export function meaningOfStatus(status: number): string {
  return MEANINGS.get(status) ?? `status 0x${status.toString(16)}`;
}

/** Statuses that say that this programmer is not one for this modem: trying again cannot help. */
export function rejectsProgrammer(status: number): boolean {
  return [0x06, 0x21, 0x22, 0x25].includes(status);
}
