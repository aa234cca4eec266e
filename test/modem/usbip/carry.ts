/** How a URB is carried out, by what stands behind its endpoint. */

import type { Ok, Result } from '../../../shared/result.ts';
import { TCP_WAIT_MS } from '../limits.ts';
import type { ByteLink, LinkFailure } from '../link.ts';
import type { CarryUrb } from './endpoint-queue.ts';
import { URB_STATUS } from './layout.ts';

const { ok: OK, overflow: OVERFLOW } = URB_STATUS;

/** OUT to an endpoint with a module behind it: done when the module took the transfer. */
export function writesTo(link: ByteLink): CarryUrb {
  return async ({ bytes, hasZeroPacket }, signal) => {
    const written = await untilDone(() =>
      link.write(bytes, { timeoutMs: TCP_WAIT_MS, signal, zeroPacket: hasZeroPacket }),
    );
    return written && { status: OK, actualBytes: bytes.length };
  };
}

/**
 * IN from a bulk pair: a URB is over when it is full or a packet was short. A message that fills its last packet and
 * has no zero-length packet behind it runs on into the next one, as on a real bus (edl 1c).
 */
export function readsPackets(link: ByteLink, packetBytes: number): CarryUrb {
  return async ({ lengthBytes }, signal) => {
    const roomBytes = Math.ceil(lengthBytes / packetBytes) * packetBytes;
    const pieces: Uint8Array[] = [];
    let filledBytes = 0;
    for (;;) {
      const piece = await untilDone(() =>
        link.read(roomBytes - filledBytes, { timeoutMs: TCP_WAIT_MS, signal, zeroPackets: 'apart' }),
      );
      if (piece === undefined) return undefined;
      const { length } = piece.value;
      pieces.push(piece.value);
      filledBytes += length;
      const isShort = length === 0 || length % packetBytes !== 0;
      if (isShort || filledBytes === roomBytes) break;
    }
    const bytes = Buffer.concat(pieces).subarray(0, lengthBytes);
    return { status: filledBytes > lengthBytes ? OVERFLOW : OK, actualBytes: bytes.length, bytes };
  };
}

/** IN from a byte stream: over with whatever is there. */
export function readsStream(link: ByteLink): CarryUrb {
  return async ({ lengthBytes }, signal) => {
    const read = await untilDone(() => link.read(lengthBytes, { timeoutMs: TCP_WAIT_MS, signal }));
    return read && { status: OK, actualBytes: read.value.length, bytes: read.value };
  };
}

/** OUT to a function that has nothing to say: taken and forgotten. */
export const forgets: CarryUrb = async ({ bytes }) => ({ status: OK, actualBytes: bytes.length });

/** IN from a function that has nothing to say: waits until it is taken back. */
export const staysSilent: CarryUrb = (_urb, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** On a real bus a URB has no time limit of its own. `undefined`: taken back, or the modem is gone. */
async function untilDone<T>(attempt: () => Promise<Result<T, LinkFailure>>): Promise<Ok<T> | undefined> {
  for (;;) {
    const done = await attempt();
    if (done.ok) return done;
    if (done.failure.reason !== 'timeout') return undefined;
  }
}
