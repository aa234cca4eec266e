/** What a person writes to name a modem, taken apart. `open-door.ts` looks for what it names. */
import { err, ok, type Result } from '../../shared/result.ts';
import { isUsbPath } from './bus/ports.ts';
import type { TcpAddress } from './tcp-socket.ts';

export type Locator =
  /** `usb:1-1.4`; without a path (`usb:`, `auto`) the only modem in sight. */
  | { readonly transport: 'usb'; readonly path: string | null }
  /** `serial:/dev/ttyUSB0?at=/dev/ttyUSB2`, or `serial:1-1.4`: DIAG and EDL, and AT where it is named. */
  | { readonly transport: 'serial'; readonly tty: string; readonly at: string | null }
  | { readonly transport: 'serial'; readonly path: string }
  /** `tcp://HOST:PORT?at=PORT`: a relay; without `at` what needs no AT. */
  | { readonly transport: 'tcp'; readonly usb: TcpAddress; readonly at: TcpAddress | null }
  /** `raw-tcp://HOST:PORT?at=PORT`: ttys served as plain streams. */
  | { readonly transport: 'raw-tcp'; readonly usb: TcpAddress; readonly at: TcpAddress };

export type LocatorFailure = {
  readonly reason: 'locator-unreadable';
  readonly locator: string;
  readonly why: string;
};

const LOCATOR_MAX_CHARS = 300;

export function parseLocator(locator: string): Result<Locator, LocatorFailure> {
  const parsed = locator.length > LOCATOR_MAX_CHARS ? 'it is too long' : takeApart(locator);
  if (typeof parsed !== 'string') return ok(parsed);
  return err({ reason: 'locator-unreadable', locator: locator.slice(0, 200), why: parsed });
}

/** The locator, or why it is none. */
function takeApart(locator: string): Locator | string {
  if (locator === 'auto' || locator === 'usb:') return { transport: 'usb', path: null };
  if (!URL.canParse(locator)) return 'it is not a URL';
  const url = new URL(locator);
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'at');
  if (unknown !== undefined) return `the parameter ${unknown} is not known`;
  switch (url.protocol) {
    case 'usb:':
      return isUsbPath(url.pathname) && url.search === ''
        ? { transport: 'usb', path: url.pathname }
        : 'a USB path is written like usb:1-1.4';
    case 'serial:':
      return serialLocator(url);
    case 'tcp:':
      return tcpLocator(url, 'tcp');
    case 'raw-tcp:':
      return tcpLocator(url, 'raw-tcp');
    default:
      return `the transport ${url.protocol}// is not known`;
  }
}

function serialLocator({ pathname, searchParams }: URL): Locator | string {
  const at = searchParams.get('at');
  if (isUsbPath(pathname) && at === null) return { transport: 'serial', path: pathname };
  const isNode = (text: string) => /^\/dev\/[A-Za-z0-9._:/+-]+$/.test(text) && !text.includes('..');
  if (!isNode(pathname) || (at !== null && !isNode(at)))
    return 'a tty is written like serial:/dev/ttyUSB0?at=/dev/ttyUSB2';
  return { transport: 'serial', tty: pathname, at };
}

function tcpLocator(url: URL, transport: 'tcp' | 'raw-tcp'): Locator | string {
  if (url.hostname === '' || url.port === '') return 'host and port are needed';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const usb = { host, port: Number(url.port) };
  const named = url.searchParams.get('at');
  if (named === null && transport === 'tcp') return { transport, usb, at: null };
  const at = Number(named ?? 'none');
  if (!Number.isInteger(at) || at < 1 || at > 65535) return 'the port of the AT stream is missing (?at=PORT)';
  return { transport, usb, at: { host, port: at } };
}
