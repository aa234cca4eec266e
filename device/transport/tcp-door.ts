/**
 * A modem behind a relay: `tcp://HOST:PORT?at=PORT`. PORT speaks usb2tcp and carries DIAG in normal mode and the
 * bulk pair in EDL; the `at` port is the AT tty as a raw stream, as socat or ser2net give it. Without it a modem in EDL
 * is reached all the same.
 */
import type net from 'node:net';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { type DoorFailure, type ModemDoor, type OpenedModem, stateOf } from './door.ts';
import { Inbox } from './inbox.ts';
import { ANNOUNCEMENT_TIMEOUT_MS, RELAY_HANG_UP_MS } from './limits.ts';
import { type Patience, patienceOf, tellingEnd } from './patience.ts';
import type { Pipe } from './pipe.ts';
import { saidFirst } from './said-first.ts';
import {
  type Address,
  closeTcp,
  connectTcp,
  pump,
  resumeWhenDrained,
  sendTcp,
  type TcpAddress,
} from './tcp-socket.ts';
import { FrameReader, frameHeader, parseAnnouncement } from './usb2tcp.ts';

export function tcpDoor(usb: TcpAddress, at: TcpAddress | null, clock: Clock): ModemDoor {
  const [usbPatience, atPatience] = [patienceOf(clock), patienceOf(clock)];
  const where = `tcp://${usb.host}:${usb.port}${at === null ? '' : `?at=${at.port}`}`;
  return {
    key: `tcp-${usb.host}-${usb.port}`.replaceAll(/[^A-Za-z0-9.-]/g, '_'),
    where,
    onBus: null,
    open: async (signal) => {
      const opened = await usbPatience.open(() => openRelay(usb, where, signal), signal);
      return opened.ok
        ? ok({ ...opened.value, pipe: tellingEnd(opened.value.pipe, usbPatience.hungUp) })
        : opened;
    },
    openAt: async (signal) =>
      at === null
        ? err({ reason: 'at-port-not-named', where })
        : openStreamAgain(at, where, atPatience, signal),
  };
}

/** Any address that a usb2tcp relay listens at; `where` is what a person knows it by. */
export async function openRelay(
  address: Address,
  where: string,
  signal?: AbortSignal,
): Promise<Result<OpenedModem, DoorFailure>> {
  const socket = await connectTcp(address, signal);
  if (socket === null) return err({ reason: 'modem-absent', where });
  const inbox = new Inbox();
  const frames = new FrameReader();
  pump(socket, inbox, (bytes) => {
    const cut = frames.push(bytes);
    if (cut.ok) {
      for (const frame of cut.value) inbox.push(frame);
      return;
    }
    inbox.end({ reason: 'link-broken', why: cut.failure.why });
    socket.destroy();
  });

  const first = await inbox.read(64, { timeoutMs: ANNOUNCEMENT_TIMEOUT_MS, signal });
  const announced = first.ok ? parseAnnouncement(first.value, frames.littleEndian) : null;
  if (announced === null || !announced.ok) {
    await closeTcp(socket);
    if (first.ok || first.failure.reason === 'transfer-timed-out') {
      return err({
        reason: 'link-broken',
        why: `${where} does not announce a modem; is it a usb2tcp relay?`,
      });
    }
    // A relay whose modem is off the bus accepts and hangs up.
    return err(
      first.failure.reason === 'modem-disconnected' ? { reason: 'modem-absent', where } : first.failure,
    );
  }
  const { vendorId, productId, interfaceCount } = announced.value;
  const usbId = `${hex4(vendorId)}:${hex4(productId)}`;
  const framed = (bytes: Uint8Array) => [frameHeader(bytes.length, frames.littleEndian), bytes];
  const state = stateOf(usbId, interfaceCount);
  return ok({ usbId, interfaceCount, state, pipe: pipeOf(socket, inbox, framed) });
}

export async function openStreamAgain(
  address: Address,
  where: string,
  patience: Patience,
  signal?: AbortSignal,
): Promise<Result<Pipe, DoorFailure>> {
  const opened = await patience.open(async (isAgain) => {
    const stream = await openStream(address, where, signal);
    return stream.ok && isAgain ? outlastHangUp(stream.value, where, signal) : stream;
  }, signal);
  return opened.ok ? ok(tellingEnd(opened.value, patience.hungUp)) : opened;
}

/** A relay that forks takes a client before it finds that the tty is not free yet, and hangs up then. */
async function outlastHangUp(
  pipe: Pipe,
  where: string,
  signal?: AbortSignal,
): Promise<Result<Pipe, DoorFailure>> {
  const first = await pipe.transferIn(FIRST_BYTES, { timeoutMs: RELAY_HANG_UP_MS, signal });
  if (first.ok) return ok(saidFirst(first.value, pipe));
  if (first.failure.reason === 'transfer-timed-out') return ok(pipe);
  await pipe.close();
  return err(
    first.failure.reason === 'modem-disconnected' ? { reason: 'modem-absent', where } : first.failure,
  );
}

const FIRST_BYTES = 64;

/** A plain stream, such as ser2net or socat make of a tty. */
export async function openStream(
  address: Address,
  where: string,
  signal?: AbortSignal,
): Promise<Result<Pipe, DoorFailure>> {
  const socket = await connectTcp(address, signal);
  if (socket === null) return err({ reason: 'modem-absent', where });
  const inbox = new Inbox();
  pump(socket, inbox, (bytes) => inbox.push(new Uint8Array(bytes)));
  return ok(pipeOf(socket, inbox, (bytes) => [bytes]));
}

export function pipeOf(
  socket: net.Socket,
  inbox: Inbox,
  parts: (bytes: Uint8Array) => readonly Uint8Array[],
): Pipe {
  return {
    transferIn: async (maxBytes, options) => {
      const read = await inbox.read(maxBytes, options);
      resumeWhenDrained(socket, inbox);
      return read;
    },
    transferOut: (bytes, options) => sendTcp(socket, parts(bytes), options),
    close: () => closeTcp(socket),
  };
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, '0');
}
