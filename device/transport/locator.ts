/** What a person writes to name a modem: `tcp://HOST:PORT?at=PORT`. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { ModemDoor } from './door.ts';
import { tcpDoor } from './tcp-door.ts';

export type LocatorFailure = {
  readonly reason: 'locator-unreadable';
  readonly locator: string;
  readonly why: string;
};

export const LOCATOR_EXAMPLE = 'tcp://127.0.0.1:9008?at=9007';

export function parseLocator(locator: string): Result<ModemDoor, LocatorFailure> {
  const refuse = (why: string) =>
    err({ reason: 'locator-unreadable', locator: locator.slice(0, 200), why } as const);
  if (!URL.canParse(locator)) return refuse('it is not a URL');
  const url = new URL(locator);
  if (url.protocol !== 'tcp:') return refuse(`the transport ${url.protocol}// is not known`);
  if (url.hostname === '' || url.port === '') return refuse('host and port are needed');
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'at');
  if (unknown !== undefined) return refuse(`the parameter ${unknown} is not known`);
  const at = Number(url.searchParams.get('at') ?? 'none');
  if (!Number.isInteger(at) || at < 1 || at > 65535)
    return refuse('the port of the AT stream is missing (?at=PORT)');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return ok(tcpDoor({ host, port: Number(url.port) }, { host, port: at }));
}
