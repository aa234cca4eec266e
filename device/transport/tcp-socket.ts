/** A TCP connection with bounded waits: what the usb2tcp relay and the raw AT stream are both made of. */
import net from 'node:net';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Inbox } from './inbox.ts';
import { CONNECT_TIMEOUT_MS, INBOX_MAX_BYTES } from './limits.ts';
import type { TransferFailure, TransferOptions } from './pipe.ts';

export type TcpAddress = { readonly host: string; readonly port: number };
/** Or a socket file of this machine. */
export type Address = TcpAddress | { readonly path: string };

/** A connected socket, or null while nobody listens there. */
export function connectTcp(address: Address, signal?: AbortSignal): Promise<net.Socket | null> {
  return new Promise((resolve) => {
    const socket = net.connect({ ...address, noDelay: true });
    const settle = (connected: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      socket.removeListener('error', giveUp);
      if (!connected) socket.on('error', () => {}).destroy();
      resolve(connected ? socket : null);
    };
    const giveUp = () => settle(false);
    const timer = setTimeout(giveUp, CONNECT_TIMEOUT_MS);
    signal?.addEventListener('abort', giveUp, { once: true });
    socket.once('error', giveUp);
    socket.once('connect', () => settle(true));
  });
}

/** Feeds what arrives to `receive` and tells the inbox when the connection is over. */
export function pump(socket: net.Socket, inbox: Inbox, receive: (bytes: Buffer) => void): void {
  socket.on('data', (bytes) => {
    receive(bytes);
    if (inbox.sizeBytes > INBOX_MAX_BYTES) socket.pause();
  });
  socket.on('error', () => inbox.end({ reason: 'modem-disconnected' }));
  socket.on('close', () => inbox.end({ reason: 'modem-disconnected' }));
}

export function resumeWhenDrained(socket: net.Socket, inbox: Inbox): void {
  if (socket.isPaused() && inbox.sizeBytes < INBOX_MAX_BYTES / 2) socket.resume();
}

/** Writes all parts, resolved when the kernel has taken them. */
export function sendTcp(
  socket: net.Socket,
  parts: readonly Uint8Array[],
  { timeoutMs, signal }: TransferOptions,
): Promise<Result<void, TransferFailure>> {
  if (signal?.aborted) return Promise.resolve(err({ reason: 'interrupted' }));
  if (socket.destroyed || !socket.writable) return Promise.resolve(err({ reason: 'modem-disconnected' }));
  return new Promise((resolve) => {
    const settle = (result: Result<void, TransferFailure>) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      resolve(result);
    };
    const interrupt = () => settle(err({ reason: 'interrupted' }));
    const timer = setTimeout(
      () => settle(err({ reason: 'transfer-timed-out', direction: 'out', timeoutMs })),
      timeoutMs,
    );
    signal?.addEventListener('abort', interrupt, { once: true });
    socket.cork();
    for (const part of parts.slice(0, -1)) socket.write(part);
    socket.write(parts.at(-1) ?? new Uint8Array(), (error) =>
      settle(error ? err({ reason: 'modem-disconnected' }) : ok()),
    );
    socket.uncork();
  });
}

/** Ends the connection and waits until it is gone, so that a relay that serves one client is free again. */
export function closeTcp(socket: net.Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}
