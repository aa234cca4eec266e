/**
 * Cuts a Sahara packet off what follows it: through a tty the last packet of Sahara and the first log of the
 * programmer may be read at once. A packet begins with its command and its own length (edl 1b), both u32
 * little-endian; XML and AT text never look like that, and raw data loses nothing by being cut.
 */

const HEADER_BYTES = 8;
const COMMAND_MAX = 0x14;
const PACKET_MAX_BYTES = 0x400;

export function cutSahara(bytes: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let rest = bytes;
  while (rest.length > HEADER_BYTES) {
    const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
    const [command, length] = [view.getUint32(0, true), view.getUint32(4, true)];
    const isPacket =
      command >= 1 && command <= COMMAND_MAX && length >= HEADER_BYTES && length <= PACKET_MAX_BYTES;
    if (!isPacket || length >= rest.length) break;
    parts.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return [...parts, rest];
}
