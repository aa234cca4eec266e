/**
 * Memory of a chunk, given back when it has been looked at. The collector sees a handle of a few bytes where a chunk
 * holds hundreds of kilobytes, and lets tens of megabytes of them lie until it looks again: on a router that is memory
 * which the stage does not get.
 */

/** Nobody may look at the bytes again: they are empty afterwards. What shares its memory with others is left alone. */
export function giveBack(bytes: Uint8Array): void {
  const memory = bytes.buffer as ArrayBuffer;
  const isAlone = bytes.length > 0 && bytes.length === memory.byteLength;
  // Node 20 has no transfer, and leaves it to the collector.
  if (isAlone) memory.transfer?.(0);
}
